package ctrenc.overlay.subvolume;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.protector.MachineKeyProtector;
import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.storage.StoreBusyException;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.CreatedFile;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole store on the disk: its catalog over restarts, and the life of images and subvolumes. */
class StoreDirectoryTest {

  private static final int WRITE_ONLY = 1;
  private static final int TRUNCATE = 01000;

  @TempDir Path temporary;
  private final SecretMemory memory = SecretMemory.plain();
  private final List<Finding> findings = new ArrayList<>();
  private StoreDirectory store;

  @BeforeEach
  void open() throws IOException {
    store = StoreDirectory.open(temporary.resolve("state"), findings::add, memory);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private void restart() throws IOException {
    store.close();
    open();
  }

  @Test
  void throwawayWorksAndIsGoneAfterRestart() throws Exception {
    SubvolumeInfo made = store.subvolumes().create("t", new Base.Empty(), List.of());
    assertThat(made.throwaway()).isTrue();
    assertThat(made.unlocked()).isTrue();
    write(made, "note", "secret canary");
    assertThat(read(made, "note")).isEqualTo("secret canary");
    assertThat(store.subvolumes().usage(made.id()).inodes()).isEqualTo(2);
    restart();
    assertThat(store.subvolumes().list()).isEmpty();
    assertThat(segmentFolders()).isEmpty();
  }

  @Test
  void persistentIsThereAfterRestartAndOpensWithItsProtector() throws Exception {
    SubvolumeInfo made = store.subvolumes().create("p", new Base.Empty(), List.of(machineKey(1)));
    write(made, "note", "kept");
    store.subvolumes().open(made.id()).close();
    restart();
    SubvolumeInfo found = store.subvolumes().find("p").orElseThrow();
    assertThat(found.id()).isEqualTo(made.id());
    assertThat(found.unlocked()).isFalse();
    assertThatThrownBy(() -> store.subvolumes().open(made.id()))
        .isInstanceOf(KeyAbsentException.class);
    assertThatThrownBy(() -> store.subvolumes().unlock(made.id(), List.of(machineKey(2))))
        .isInstanceOf(WrongSecretException.class);
    store.subvolumes().unlock(made.id(), List.of(machineKey(2), machineKey(1)));
    assertThat(read(made, "note")).isEqualTo("kept");
  }

  @Test
  void destroyedPersistentLeavesNothingThatUnlocks() throws Exception {
    SubvolumeInfo kept = store.subvolumes().create("k", new Base.Empty(), List.of(machineKey(1)));
    SubvolumeInfo made = store.subvolumes().create("p", new Base.Empty(), List.of(machineKey(1)));
    assertThat(children("keys")).hasSize(2);
    store.subvolumes().destroy(made.id());
    assertThat(children("keys")).hasSize(1);
    restart();
    assertThat(store.subvolumes().list()).extracting(SubvolumeInfo::id).containsExactly(kept.id());
    store.subvolumes().unlock(kept.id(), List.of(machineKey(1)));
  }

  @Test
  void missingKeyFileIsDamageAndDestroysNothing() throws Exception {
    SubvolumeInfo made = store.subvolumes().create("p", new Base.Empty(), List.of(machineKey(1)));
    store.close();
    Path keyFile = temporary.resolve("state/keys").resolve(made.id().toString());
    byte[] saved = Files.readAllBytes(keyFile);
    Files.delete(keyFile);
    open();
    assertThatThrownBy(() -> store.subvolumes().unlock(made.id(), List.of(machineKey(1))))
        .isInstanceOf(DamagedException.class);
    Files.write(keyFile, saved);
    store.subvolumes().unlock(made.id(), List.of(machineKey(1)));
    assertThat(store.subvolumes().find("p").orElseThrow().unlocked()).isTrue();
  }

  @Test
  void keyFilesOfNoSubvolumeAreErasedAtOpen() throws Exception {
    Files.writeString(temporary.resolve("state/keys/" + new UUID(1, 2)), "left");
    restart();
    assertThat(children("keys")).isEmpty();
  }

  @Test
  void filesystemIsOneUntilItIsClosed() throws Exception {
    SubvolumeInfo made = store.subvolumes().create("s", new Base.Empty(), List.of());
    FileSystem first = store.subvolumes().open(made.id());
    assertThat(store.subvolumes().open(made.id())).isSameAs(first);
    assertThatThrownBy(() -> store.subvolumes().destroy(made.id()))
        .isInstanceOf(InUseException.class);
    first.close();
    FileSystem second = store.subvolumes().open(made.id());
    assertThat(second).isNotSameAs(first);
    second.close();
    store.subvolumes().destroy(made.id());
    assertThat(store.subvolumes().find("s")).isEmpty();
    assertThat(segmentFolders()).isEmpty();
  }

  @Test
  void imageIsSharedProtectedWhileInUseAndRemoved() throws Exception {
    ImageInfo image = importImage("i");
    assertThat(image.files()).isEqualTo(1);
    assertThat(image.bytes()).isEqualTo(5);
    SubvolumeInfo a = store.subvolumes().create("a", new Base.Image(image.id()), List.of());
    SubvolumeInfo b = store.subvolumes().create("b", new Base.Image(image.id()), List.of());
    assertThat(read(a, "etc-file")).isEqualTo("image");
    write(a, "etc-file", "changed");
    assertThat(read(a, "etc-file")).isEqualTo("changed");
    assertThat(read(b, "etc-file")).isEqualTo("image");
    assertThatThrownBy(() -> store.images().remove(image)).isInstanceOf(InUseException.class);
    for (SubvolumeInfo made : List.of(a, b)) {
      store.subvolumes().open(made.id()).close();
      store.subvolumes().destroy(made.id());
    }
    store.images().remove(image);
    assertThat(store.images().list()).isEmpty();
    assertThat(children("images")).isEmpty();
  }

  @Test
  void imageIsThereAfterRestart() throws Exception {
    ImageInfo image = importImage("i");
    restart();
    assertThat(store.images().find("i")).contains(image);
    assertThat(store.images().find(image.id().toString().substring(0, 8))).contains(image);
    SubvolumeInfo made = store.subvolumes().create("a", new Base.Image(image.id()), List.of());
    assertThat(read(made, "etc-file")).isEqualTo("image");
  }

  @Test
  void namesAreTakenOnce() throws Exception {
    importImage("i");
    store.subvolumes().create("s", new Base.Empty(), List.of());
    assertThatThrownBy(() -> importImage("i")).isInstanceOf(AlreadyExistsException.class);
    assertThatThrownBy(() -> store.subvolumes().create("s", new Base.Empty(), List.of()))
        .isInstanceOf(AlreadyExistsException.class);
    assertThat(store.subvolumes().list()).hasSize(1);
  }

  @Test
  void unclaimedTreesAreRemovedAtOpen() throws Exception {
    Path tree = store.images().newTree();
    Files.createDirectories(tree.resolve("deep/er"));
    Files.writeString(tree.resolve("deep/er/f"), "x");
    restart();
    assertThat(children("images")).isEmpty();
  }

  @Test
  void failedImportLeavesNoIndex() throws Exception {
    Path tree = store.images().newTree();
    Files.writeString(tree.resolve("f"), "x");
    IllegalStateException stop = new IllegalStateException("stopped");
    assertThatThrownBy(
            () ->
                store
                    .images()
                    .add(
                        "i",
                        "",
                        List.of(tree),
                        files -> {
                          throw stop;
                        }))
        .isSameAs(stop);
    assertThat(store.images().list()).isEmpty();
    store.images().dropTree(tree);
    assertThat(children("images")).isEmpty();
    importImage("i");
  }

  @Test
  void hostTreeIsReadAndNeverWritten() throws Exception {
    Path host = Files.createDirectories(temporary.resolve("host"));
    Files.writeString(host.resolve("f"), "host");
    SubvolumeInfo made = store.subvolumes().create("h", new Base.HostTree(host), List.of());
    assertThat(read(made, "f")).isEqualTo("host");
    write(made, "f", "root's own");
    write(made, "new", "n");
    assertThat(read(made, "f")).isEqualTo("root's own");
    assertThat(Files.readString(host.resolve("f"))).isEqualTo("host");
    assertThat(host.toFile().list()).containsExactly("f");
  }

  @Test
  void stateDirectoryShowsEmptyInTheHostsTree() throws Exception {
    SubvolumeInfo made = store.subvolumes().create("h", new Base.HostTree(temporary), List.of());
    FileSystem files = store.subvolumes().open(made.id());
    long state = files.lookup(Caller.ROOT, FileSystem.ROOT, Name.of("state")).inode();
    assertThatThrownBy(() -> files.lookup(Caller.ROOT, state, Name.of("store")))
        .isInstanceOf(ErrnoException.class);
  }

  @Test
  void nothingWrittenIsReadableInTheStateDirectory() throws Exception {
    SubvolumeInfo made = store.subvolumes().create("c", new Base.Empty(), List.of(machineKey(1)));
    String canary = "canary-in-contents-";
    write(made, "canary-in-name", canary.repeat(1000));
    write(made, "small", canary);
    store.subvolumes().open(made.id()).close();
    store.close();
    try (Stream<Path> files = Files.walk(temporary.resolve("state"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String content = Files.readString(file, ISO_8859_1);
        assertThat(content.contains("canary")).as(file.toString()).isFalse();
      }
    }
    open();
  }

  @Test
  void oneProcessHoldsIt() {
    assertThatThrownBy(() -> StoreDirectory.open(temporary.resolve("state"), findings::add, memory))
        .isInstanceOf(StoreBusyException.class);
  }

  @Test
  void recordsWithoutHeaderAreNotOverwritten() throws Exception {
    store.close();
    Files.delete(temporary.resolve("state/store"));
    assertThatThrownBy(this::open).isInstanceOf(DamagedException.class);
    deleteState();
    open();
  }

  @Test
  void dataWithoutRecordsIsNotCleanedAway() throws Exception {
    importImage("i");
    store.close();
    TreeRemover.remove(temporary.resolve("state/meta"));
    assertThatThrownBy(this::open).isInstanceOf(DamagedException.class);
    assertThat(children("images")).hasSize(1);
    deleteState();
    open();
  }

  private void deleteState() throws IOException {
    TreeRemover.remove(temporary.resolve("state"));
  }

  private ImageInfo importImage(String name) throws IOException {
    Path tree = store.images().newTree();
    Files.writeString(tree.resolve("etc-file"), "image");
    return store.images().add(name, "sha256:0", List.of(tree), files -> {});
  }

  private Protector machineKey(int seed) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) seed);
    return new MachineKeyProtector(Secret.take(memory, key));
  }

  private void write(SubvolumeInfo subvolume, String name, String text) throws Exception {
    FileSystem files = store.subvolumes().open(subvolume.id());
    long inode;
    long handle;
    try {
      inode = files.lookup(Caller.ROOT, FileSystem.ROOT, Name.of(name)).inode();
      handle = files.open(Caller.ROOT, inode, WRITE_ONLY | TRUNCATE).handle();
    } catch (ErrnoException absent) {
      CreatedFile created =
          files.create(Caller.ROOT, FileSystem.ROOT, Name.of(name), 0644, 022, WRITE_ONLY);
      inode = created.attributes().inode();
      handle = created.file().handle();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocateFrom(ValueLayout.JAVA_BYTE, text.getBytes(UTF_8));
      files.write(inode, handle, 0, source, false);
    }
    files.fsync(inode, handle, false);
    files.release(inode, handle);
  }

  private String read(SubvolumeInfo subvolume, String name) throws Exception {
    FileSystem files = store.subvolumes().open(subvolume.id());
    long inode = files.lookup(Caller.ROOT, FileSystem.ROOT, Name.of(name)).inode();
    long handle = files.open(Caller.ROOT, inode, 0).handle();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(1 << 16);
      int size = files.read(inode, handle, 0, target);
      return new String(target.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE), UTF_8);
    } finally {
      files.release(inode, handle);
    }
  }

  private List<Path> segmentFolders() throws IOException {
    return children("segments");
  }

  private List<Path> children(String name) throws IOException {
    try (Stream<Path> list = Files.list(temporary.resolve("state").resolve(name))) {
      return list.toList();
    }
  }
}
