package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.crypto.protector.MachineKeyProtector;
import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.extent.LayerFolder;
import ctrenc.overlay.layer.HostFileCache;
import ctrenc.overlay.layer.RecordCache;
import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DiskStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A store that is interrupted at every call of its metadata store, by the death of the process or
 * by power loss. After the next open each piece of work is done or was never begun: no record,
 * segment folder, tree or key file is without an owner.
 */
final class CrashingStore {

  private static final int MOST_CALLS = 400;

  private final Path temporary;
  private final SecretMemory memory = SecretMemory.plain();
  private final Set<LayerFolder> segmentFolders = new HashSet<>();
  private final Random random = new Random(7);
  private MemoryMetaStore meta = new MemoryMetaStore();
  private Catalog catalog = openCatalog();
  private Images images = none();
  private StackKeeping stacks = none();
  private Subvolumes subvolumes = none();
  private Snapshots snapshots = none();

  /** What is interrupted. */
  interface Work {
    void run() throws IOException;
  }

  CrashingStore(Path temporary) {
    this.temporary = temporary;
  }

  Subvolumes subvolumes() {
    return subvolumes;
  }

  Snapshots snapshots() {
    return snapshots;
  }

  StackKeeping stacks() {
    return stacks;
  }

  Flattens flattens() {
    return stacks.flattens();
  }

  Images images() {
    return images;
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // Set by open() before any test.
  private static <T> T none() {
    return null;
  }

  private Catalog openCatalog() {
    try {
      return Catalog.read(meta);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void open() throws IOException {
    DiskStorage storage = DiskStorage.open(temporary);
    for (String name : List.of("images", "keys", "segments")) {
      storage.createDirectory(name);
    }
    StoreParts parts =
        new StoreParts(
            new StorePlace(temporary, List.of()),
            storage,
            meta,
            new MemoryExtentStores(() -> meta, segmentFolders),
            new KeySlots(storage, "keys"),
            new RecordCache(1 << 20),
            new HostFileCache(4),
            finding -> {},
            Entropy.system(),
            memory);
    TreeFolder folder = new TreeFolder(temporary.resolve("images"));
    stacks = StackKeeping.open(parts, folder, Inheritance.none());
    catalog = stacks.catalog();
    subvolumes = stacks.subvolumes();
    snapshots = stacks.snapshots();
    images = new StoredImages(parts, catalog, folder, stacks.remover());
  }

  /**
   * Runs {@code work} after {@code preparation}, failing at each call in turn, until it succeeds
   * unharmed.
   */
  void interruptEverywhere(Work preparation, Work work) throws IOException {
    interruptEverywhere(preparation, work, () -> {});
  }

  /**
   * The same.
   *
   * @param afterwards says what else holds after each crash
   */
  void interruptEverywhere(Work preparation, Work work, Work afterwards) throws IOException {
    int crashes = 0;
    boolean unharmed = false;
    while (!unharmed) {
      crashes++;
      assertThat(crashes).isLessThan(MOST_CALLS);
      wipe();
      preparation.run();
      meta.sync();
      meta.failCall(crashes);
      unharmed = succeeds(work);
      meta = random.nextBoolean() ? meta.afterProcessDeath() : meta.afterPowerLoss(random);
      open();
      checkNothingIsLost("after crash at call " + crashes);
      afterwards.run();
    }
    assertThat(crashes).isGreaterThan(2);
  }

  private static boolean succeeds(Work work) {
    try {
      work.run();
      return true;
    } catch (IOException failed) {
      return false;
    }
  }

  /** Begins with an empty store. */
  void wipe() throws IOException {
    meta = new MemoryMetaStore();
    segmentFolders.clear();
    for (String folder : List.of("images", "keys")) {
      TreeRemover.remove(temporary.resolve(folder));
    }
    open();
  }

  private void checkNothingIsLost(String when) throws IOException {
    Set<String> persistent = new HashSet<>();
    for (SubvolumeInfo subvolume : subvolumes.list()) {
      subvolumes.quotas().list(subvolume.id()).forEach(one -> persistent.add(one.id().toString()));
      subvolumes.unlock(subvolume.id(), List.of(machineKey()));
      FlattenStore.await(stacks.flattens(), subvolume.id());
    }
    Set<Long> numbers = new HashSet<>();
    Set<String> trees = new HashSet<>();
    Set<LayerFolder> encrypted = new HashSet<>();
    for (LayerRecord layer : catalog.layers()) {
      assertThat(layer.state()).as(when).isEqualTo(LayerRecord.State.LIVE);
      assertThat(layer.references()).as(when).isPositive();
      numbers.add(layer.number());
      if (layer.kind() == LayerRecord.Kind.IMAGE_TREES) {
        trees.addAll(layer.trees());
      } else {
        encrypted.add(layer.folder());
      }
    }
    assertThat(recordOwners()).as(when).isSubsetOf(numbers);
    assertThat(children("images")).as(when).containsExactlyInAnyOrderElementsOf(trees);
    assertThat(segmentFolders).as(when).isSubsetOf(encrypted);
    assertThat(children("keys")).as(when).containsExactlyInAnyOrderElementsOf(persistent);
    assertThat(stacks.check().problems()).as(when).isEmpty();
  }

  private Set<Long> recordOwners() throws IOException {
    Set<Long> owners = new HashSet<>();
    for (Table table : Table.values()) {
      byte[] last = new byte[9];
      Arrays.fill(last, (byte) 0xff);
      try (MetaCursor cursor = meta.scan(table, new byte[0], last)) {
        while (table != Table.CATALOG && cursor.next()) {
          owners.add(ByteBuffer.wrap(cursor.key()).getLong());
        }
      }
    }
    return owners;
  }

  UUID create(String name, List<Protector> protectors) throws IOException {
    return subvolumes.create(name, new Base.Empty(), protectors).id();
  }

  void importImage(String name) throws IOException {
    Path tree = images.newTree();
    Files.createDirectories(tree.resolve("a/b"));
    Files.writeString(tree.resolve("a/b/f"), "content");
    images.add(name, "", List.of(tree), files -> {});
  }

  Protector machineKey() {
    return new MachineKeyProtector(Secret.take(memory, new byte[32]));
  }

  private List<String> children(String folder) throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> list = Files.list(temporary.resolve(folder))) {
      list.forEach(path -> names.add(String.valueOf(path.getFileName())));
    }
    return names;
  }
}
