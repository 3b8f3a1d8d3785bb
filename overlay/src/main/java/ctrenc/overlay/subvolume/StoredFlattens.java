package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The flattenings of a store, each with its record in the catalog and its job. Thread-safe. */
final class StoredFlattens implements Flattens {

  private final StoreParts parts;
  private final Catalog catalog;
  private final Keyring keyring;
  private final OpenStacks open;
  private final StackFreezer freezer;
  private final LayerRemover remover;
  private final Flattener flattener;
  private final Map<UUID, FlattenJob> jobs = new ConcurrentHashMap<>();

  StoredFlattens(
      StoreParts parts,
      Catalog catalog,
      Keyring keyring,
      OpenStacks open,
      StackOpener opener,
      StackFreezer freezer,
      LayerRemover remover) {
    this.parts = parts;
    this.catalog = catalog;
    this.keyring = keyring;
    this.open = open;
    this.freezer = freezer;
    this.remover = remover;
    this.flattener = new Flattener(parts, catalog, open, opener, remover);
  }

  @Override
  public void start(UUID subvolume, boolean withBase) throws IOException {
    synchronized (open.guard(subvolume)) {
      SubvolumeRecord owner = catalog.requireLiving(subvolume);
      if (catalog.flatten(subvolume).isPresent()) {
        throw new InUseException("Subvolume " + owner.name() + " is being flattened already.");
      }
      UUID target = UUID.randomUUID();
      byte[] wrappedKey = keyring.newLayerKey(subvolume, target);
      freezer.freeze(
          owner,
          (edit, frozen) -> {
            long number = edit.newLayer(target).number();
            edit.put(
                new FlattenRecord(
                    subvolume,
                    new SubvolumeRecord.Level(number, wrappedKey),
                    merged(frozen.getOrDefault(subvolume, List.of()), withBase),
                    withBase,
                    false));
          });
      launch(require(subvolume));
    }
  }

  private List<Long> merged(List<SubvolumeRecord.Level> frozen, boolean withBase)
      throws IOException {
    List<Long> numbers = new ArrayList<>();
    for (SubvolumeRecord.Level level : frozen) {
      boolean isBase = catalog.layer(level.layer()).kind() != LayerRecord.Kind.ENCRYPTED;
      if (withBase || !isBase) {
        numbers.add(level.layer());
      }
    }
    return List.copyOf(numbers);
  }

  /** To be called with the subvolume's guard held. */
  private void launch(FlattenRecord flatten) throws IOException {
    if (!keyring.holds(flatten.subvolume())) {
      throw Keyring.locked(flatten.subvolume());
    }
    long stored = 0;
    for (long layer : flatten.merged()) {
      stored += flattener.storedBytes(layer);
    }
    FlattenJob job = new FlattenJob(flatten, stored, watch -> flattener.run(flatten, watch));
    jobs.put(flatten.subvolume(), job);
    job.start();
  }

  @Override
  public void pause(UUID subvolume) throws IOException {
    require(subvolume);
    catalog.change(
        edit -> {
          Optional<FlattenRecord> flatten = catalog.flatten(subvolume);
          flatten.ifPresent(now -> edit.put(now.with(true)));
          return flatten;
        });
    halt(subvolume);
  }

  @Override
  public void resume(UUID subvolume) throws IOException {
    synchronized (open.guard(subvolume)) {
      FlattenRecord flatten = require(subvolume).with(false);
      FlattenJob job = jobs.get(subvolume);
      if (job != null && job.isRunning()) {
        return;
      }
      catalog.change(
          edit -> {
            edit.put(flatten);
            return flatten;
          });
      launch(flatten);
    }
  }

  @Override
  public void cancel(UUID subvolume) throws IOException {
    require(subvolume);
    halt(subvolume);
    synchronized (open.guard(subvolume)) {
      Optional<FlattenRecord> flatten = catalog.flatten(subvolume);
      if (flatten.isEmpty()) {
        return;
      }
      catalog.change(
          edit -> {
            edit.removeFlatten(flatten.get());
            return flatten;
          });
      remover.removeDoomed(List.of(flatten.get().target().layer()));
      jobs.remove(subvolume);
    }
  }

  @Override
  public Optional<FlattenInfo> find(UUID subvolume) {
    FlattenJob job = jobs.get(subvolume);
    return job != null
        ? Optional.of(job.info())
        : catalog.flatten(subvolume).map(StoredFlattens::waiting);
  }

  private static FlattenInfo waiting(FlattenRecord flatten) {
    return new FlattenInfo(
        flatten.subvolume(), FlattenInfo.State.PAUSED, flatten.withBase(), 0, 0, 0, 0, "");
  }

  @Override
  public Optional<FlattenInfo> await(UUID subvolume, Duration most) throws InterruptedException {
    FlattenJob job = jobs.get(subvolume);
    if (job != null) {
      job.await(most);
    }
    return find(subvolume);
  }

  /**
   * Ends the job of a subvolume for now; nothing of it is in memory afterwards. Not to be called
   * with the subvolume's guard held, which the job may need.
   */
  void halt(UUID subvolume) {
    FlattenJob job = jobs.get(subvolume);
    if (job != null) {
      job.stop();
    }
  }

  /** Of all subvolumes. */
  void haltAll() {
    jobs.values().forEach(FlattenJob::stop);
  }

  /** The subvolume is gone. */
  void forget(UUID subvolume) {
    jobs.remove(subvolume);
  }

  /** Goes on with what was not done, where the subvolume is unlocked and nobody paused it. */
  void goOn(UUID subvolume) throws IOException {
    synchronized (open.guard(subvolume)) {
      Optional<FlattenRecord> flatten = catalog.flatten(subvolume);
      FlattenJob job = jobs.get(subvolume);
      boolean isRunning = job != null && job.isRunning();
      if (flatten.isPresent() && !flatten.get().paused() && !isRunning) {
        launch(flatten.get());
      }
    }
  }

  /** The same for all. */
  void goOnWithAll() throws IOException {
    for (FlattenRecord flatten : catalog.flattens()) {
      if (keyring.holds(flatten.subvolume())) {
        goOn(flatten.subvolume());
      }
    }
  }

  private FlattenRecord require(UUID subvolume) throws NoSuchFileException {
    return catalog
        .flatten(subvolume)
        .orElseThrow(() -> new NoSuchFileException("flattening of subvolume " + subvolume));
  }
}
