package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.protector.MachineKeyProtector;
import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.storage.DiskStorage;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.storage.LiveCopy;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.storage.StorageFile;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A store, and beside it what it should hold: of each root and each snapshot the files by path. A
 * crash is a copy of the state directory taken while the store is open, which goes on instead.
 */
final class ModelledStore implements AutoCloseable {

  private static final int MOST_ROOTS = 6;

  private static final class Root {
    final UUID id;
    final boolean kept;
    final HeldFiles held;
    final Map<String, HeldFiles> snapshots = new TreeMap<>();

    Root(UUID id, boolean kept, HeldFiles held) {
      this.id = id;
      this.kept = kept;
      this.held = held;
    }
  }

  private final Path temporary;
  private final Random random;
  private final SecretMemory memory = SecretMemory.plain();
  private final Map<UUID, Root> roots = new LinkedHashMap<>();
  private StoreDirectory store;
  private final List<ModelledBase> bases = new ArrayList<>(List.of(ModelledBase.empty()));
  private int generation;
  private int names;

  ModelledStore(Path temporary, Random random) throws IOException {
    this.temporary = temporary;
    this.random = random;
    this.store = StoreDirectory.open(state(), finding -> {}, memory);
  }

  /** From now on roots are on an image and on a directory of the host, too. */
  void addBases() throws IOException {
    bases.add(ModelledBase.image(store.images()));
    bases.add(ModelledBase.host(Files.createDirectory(temporary.resolve("host"))));
  }

  private Path state() {
    return temporary.resolve("state" + generation);
  }

  /** Changes files of one root, and makes one random move; returns its name. */
  String changeAndMove() throws IOException, ErrnoException {
    if (!roots.isEmpty()) {
      change(any());
    }
    return move(random.nextInt(24));
  }

  /** Makes one random move, or changes files; returns its name. */
  String move() throws IOException, ErrnoException {
    return move(random.nextInt(30));
  }

  private Root any() {
    return List.copyOf(roots.values()).get(random.nextInt(roots.size()));
  }

  private String move(int choice) throws IOException, ErrnoException {
    if (roots.isEmpty() || (choice == 0 && roots.size() < MOST_ROOTS)) {
      return create();
    }
    Root root = any();
    return switch (choice) {
      case 1, 2, 3 -> snapshot(root);
      case 4, 5 -> roots.size() < MOST_ROOTS ? fork(root) : change(root);
      case 6, 7 -> rotate(root);
      case 8, 9 -> removeSnapshot(root);
      case 10 -> destroy(root);
      case 11 -> restart();
      case 12, 13 -> crash();
      case 14 -> close(root);
      case 15, 16 -> flatten(root);
      case 17 -> nest(root);
      case 18 -> destroyNested(root);
      case 19, 20, 21 -> recursiveSnapshot(root);
      case 22 -> lock(root);
      case 23 -> lockNested(root);
      default -> change(root);
    };
  }

  StoreDirectory store() {
    return store;
  }

  /**
   * What each snapshot holds of the roots that can be sent, by the snapshot's id.
   *
   * @param isRecursive with what is nested in them
   */
  Map<UUID, HeldFiles> keptSnapshots(boolean isRecursive) {
    Map<UUID, HeldFiles> kept = new LinkedHashMap<>();
    for (Root root : roots.values()) {
      if (root.kept) {
        root.snapshots.forEach(
            (name, held) ->
                kept.put(
                    store.snapshots().find(root.id, name).orElseThrow().id(),
                    isRecursive ? held.withNested() : held.alone()));
      }
    }
    return kept;
  }

  private List<Protector> protectors(boolean kept) {
    return kept ? List.of(machineKey()) : List.of();
  }

  Protector machineKey() {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 9);
    return new MachineKeyProtector(Secret.take(memory, key));
  }

  private String create() throws IOException {
    boolean kept = random.nextInt(3) > 0;
    names++;
    ModelledBase base = bases.get(random.nextInt(bases.size()));
    UUID id = store.subvolumes().create("r" + names, base.base(), protectors(kept)).id();
    roots.put(id, new Root(id, kept, base.held().withNested()));
    return "create";
  }

  private FileSystemUser user(Root root) throws IOException {
    if (!store.subvolumes().find(root.id.toString()).orElseThrow().unlocked()) {
      store.subvolumes().unlock(root.id, List.of(machineKey()));
    }
    return new FileSystemUser(store.subvolumes().open(root.id));
  }

  private String change(Root root) throws IOException, ErrnoException {
    new RandomChanges(random).make(user(root), root.held);
    return "change";
  }

  private String snapshot(Root root) throws IOException {
    user(root);
    if (random.nextInt(3) == 0) {
      store.subvolumes().open(root.id).close();
    }
    names++;
    store.snapshots().create(root.id, "s" + names);
    root.snapshots.put("s" + names, root.held.alone());
    return "snapshot";
  }

  private String recursiveSnapshot(Root root) throws IOException {
    user(root);
    if (random.nextInt(3) == 0) {
      store.subvolumes().open(root.id).close();
    }
    names++;
    store.snapshots().createRecursive(root.id, "s" + names);
    root.snapshots.put("s" + names, root.held.withNested());
    return "recursive snapshot";
  }

  private String nest(Root root) throws IOException, ErrnoException {
    List<String> places = new ArrayList<>(root.held.nested());
    places.add("");
    String place = places.get(random.nextInt(places.size()));
    names++;
    HiddenUser.root(user(root).fileSystem()).mkdir(place + "/.ctr-enc/subvolumes/n" + names);
    root.held.nest(place + "/n" + names);
    return "nesting";
  }

  /** Every snapshot of the root loses what it held of it. */
  private String destroyNested(Root root) throws IOException, ErrnoException {
    if (!root.held.nested().isEmpty()) {
      List<String> all = List.copyOf(root.held.nested());
      String gone = all.get(random.nextInt(all.size()));
      int at = gone.lastIndexOf('/');
      HiddenUser.root(user(root).fileSystem())
          .rmdir(gone.substring(0, at) + "/.ctr-enc/subvolumes" + gone.substring(at));
      root.held.remove(gone);
      root.snapshots.values().forEach(held -> held.empty(gone));
    }
    return "destruction of a nested one";
  }

  private String fork(Root root) throws IOException {
    user(root);
    boolean kept = random.nextBoolean();
    names++;
    if (root.snapshots.isEmpty() || random.nextBoolean()) {
      UUID id = store.subvolumes().fork(root.id, "r" + names, protectors(kept)).id();
      roots.put(id, new Root(id, kept, root.held.alone()));
    } else {
      String name = List.copyOf(root.snapshots.keySet()).getFirst();
      UUID snapshot = store.snapshots().find(root.id, name).orElseThrow().id();
      UUID id = store.snapshots().fork(snapshot, "r" + names, protectors(kept)).id();
      HeldFiles held = Optional.ofNullable(root.snapshots.get(name)).orElseThrow();
      roots.put(id, new Root(id, kept, held.withNested()));
    }
    return "fork";
  }

  private String rotate(Root root) throws IOException {
    user(root);
    store.subvolumes().rotate(root.id);
    return "rotate";
  }

  /** It may still be at work while later moves are made. */
  private String flatten(Root root) throws IOException {
    user(root);
    boolean isRunning =
        store
            .flattens()
            .find(root.id)
            .filter(info -> info.state() != FlattenInfo.State.DONE)
            .isPresent();
    if (!isRunning) {
      store.flattens().start(root.id, random.nextBoolean());
    } else if (random.nextBoolean()) {
      cancel(root);
    }
    return "flatten";
  }

  private void cancel(Root root) throws IOException {
    try {
      store.flattens().cancel(root.id);
    } catch (NoSuchFileException done) {
      FlattenStore.await(store.flattens(), root.id);
      assertThat(store.flattens().find(root.id).map(FlattenInfo::state))
          .hasValue(FlattenInfo.State.DONE);
    }
  }

  private String removeSnapshot(Root root) throws IOException {
    if (!root.snapshots.isEmpty()) {
      List<String> all = new ArrayList<>(root.snapshots.keySet());
      String name = all.get(random.nextInt(all.size()));
      store.snapshots().remove(store.snapshots().find(root.id, name).orElseThrow().id());
      root.snapshots.remove(name);
    }
    return "removal of a snapshot";
  }

  /** The disk gets back what the root was said to hold alone. */
  private String destroy(Root root) throws IOException, ErrnoException {
    settle(List.of());
    close(root);
    Quotas.Share held = store.subvolumes().quotas().holdings(root.id).getFirst().tree();
    long before = segmentBytes();
    store.subvolumes().destroy(root.id);
    assertThat(before - segmentBytes()).isEqualTo(held.exclusive());
    roots.remove(root.id);
    return "destroy";
  }

  /** As the disk counts them, the files of layers alone. */
  private long segmentBytes() throws IOException {
    long blocks = 0;
    try (Stream<Path> files = Files.walk(state().resolve("segments"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        try (StorageFile opened =
            DiskStorage.open(file.getParent()).open(file.getFileName().toString())) {
          blocks += opened.storedBytes();
        }
      }
    }
    return blocks;
  }

  private String close(Root root) throws IOException {
    user(root).fileSystem().close();
    return "close";
  }

  /** Until it is unlocked, which whoever uses it does, nothing of it opens. */
  private String lock(Root root) throws IOException {
    if (root.kept) {
      FlattenStore.await(store.flattens(), root.id);
      close(root);
      store.subvolumes().lock(root.id);
      assertThatThrownBy(() -> store.subvolumes().open(root.id))
          .isInstanceOf(KeyAbsentException.class);
    }
    return "lock";
  }

  /** One that was locked alone, while the rest goes on, has all it had when it is unlocked. */
  private String lockNested(Root root) throws IOException, ErrnoException {
    List<String> all = List.copyOf(root.held.nested());
    if (root.kept && !all.isEmpty()) {
      String place = all.get(random.nextInt(all.size()));
      FileSystemUser user = user(root);
      UUID id = HiddenUser.root(user.fileSystem()).idOf(place);
      store.subvolumes().lockNested(id);
      assertThatThrownBy(() -> user.list(place)).isInstanceOf(ErrnoException.class);
      store.subvolumes().unlockNested(id, List.of());
    }
    return "lock of a nested one";
  }

  private String restart() throws IOException {
    store.close();
    store = StoreDirectory.open(state(), finding -> {}, memory);
    roots.values().removeIf(root -> !root.kept);
    return "restart";
  }

  /** Nothing is written in the background when this returns. */
  private void settle(List<UUID> heldUp) throws IOException, ErrnoException {
    for (Root root : roots.values()) {
      user(root).fileSystem().sync();
      if (!heldUp.contains(root.id)) {
        FlattenStore.await(store.flattens(), root.id);
      }
    }
  }

  /**
   * What is synced is there; what a process that is killed leaves behind is opened again, with
   * flattenings that were held up in the middle, which then go on.
   */
  private String crash() throws IOException, ErrnoException {
    List<UUID> heldUp = random.nextBoolean() ? holdUp() : List.of();
    // The directory is copied while nobody changes it.
    settle(heldUp);
    Path before = state();
    generation++;
    LiveCopy.make(before, state());
    store.close();
    ModelledBase.moveImages(before, state());
    store = StoreDirectory.open(state(), finding -> {}, memory);
    roots.values().removeIf(root -> !root.kept);
    for (UUID root : heldUp) {
      if (roots.containsKey(root)) {
        user(roots.get(root));
        store.flattens().resume(root);
      }
    }
    return "crash";
  }

  /** Returns those that are not done. */
  private List<UUID> holdUp() throws IOException {
    List<UUID> heldUp = new ArrayList<>();
    for (UUID root : roots.keySet()) {
      Optional<FlattenInfo> info = store.flattens().find(root);
      if (info.filter(one -> one.state() != FlattenInfo.State.DONE).isPresent()) {
        pause(root);
        if (store.flattens().find(root).orElseThrow().state() == FlattenInfo.State.PAUSED) {
          heldUp.add(root);
        }
      }
    }
    return heldUp;
  }

  private void pause(UUID root) throws IOException {
    try {
      store.flattens().pause(root);
    } catch (NoSuchFileException e) {
      assertThat(FlattenStore.await(store.flattens(), root)).isPresent(); // It is done.
    }
  }

  /** Everything is what the model says, and the store is in order. */
  void compare(String when) throws IOException, ErrnoException {
    assertThat(store.subvolumes().list())
        .as(when)
        .extracting(SubvolumeInfo::id)
        .containsExactlyInAnyOrderElementsOf(roots.keySet());
    for (Root root : roots.values()) {
      root.held.compare(user(root), when);
      for (Map.Entry<String, HeldFiles> snapshot : root.snapshots.entrySet()) {
        UUID id = store.snapshots().find(root.id, snapshot.getKey()).orElseThrow().id();
        FileSystemUser reading = new FileSystemUser(store.snapshots().open(id));
        snapshot.getValue().compare(reading, when + ", snapshot " + snapshot.getKey());
        reading.fileSystem().close();
      }
    }
    assertThat(store.check().problems()).as(when).isEmpty();
    CollectedFindings told = new CollectedFindings();
    store.upkeep().verify(Optional.empty(), ScrubPosition.START, Pace.unlimited(), told);
    assertThat(told.findings()).as(when).isEmpty();
  }

  void destroyAll() throws IOException, ErrnoException {
    for (Root root : List.copyOf(roots.values())) {
      destroy(root);
    }
  }

  /** Segment folders and key files that are still there. */
  List<String> leftovers() throws IOException {
    List<String> left = new ArrayList<>();
    for (String folder : List.of("segments", "keys")) {
      try (Stream<Path> list = Files.list(state().resolve(folder))) {
        list.forEach(path -> left.add(path.toString()));
      }
    }
    return left;
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
