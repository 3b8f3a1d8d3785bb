package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.crypto.protector.KeyFileProtector;
import ctrenc.crypto.protector.MachineKeyProtector;
import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.nest.NestedFileSystem;
import ctrenc.overlay.nest.Tree;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.MemoryFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** A root of a store on the disk, in which tests nest subvolumes; the store must be sound. */
final class NestedRoot implements AutoCloseable {

  private final Path state;
  private StoreDirectory store;
  private UUID root = new UUID(0, 0);
  private FileSystem fileSystem = new MemoryFileSystem();

  NestedRoot(Path state) throws IOException {
    this.state = state;
    store = opened();
  }

  private StoreDirectory opened() throws IOException {
    return StoreDirectory.open(state, finding -> {}, SecretMemory.plain());
  }

  StoreDirectory store() {
    return store;
  }

  UUID root() {
    return root;
  }

  FileSystem fileSystem() {
    return fileSystem;
  }

  FileSystemUser user() {
    return new FileSystemUser(fileSystem);
  }

  HiddenUser hidden() {
    return HiddenUser.root(fileSystem);
  }

  Tree tree() {
    return ((NestedFileSystem) fileSystem).tree();
  }

  static Protector machineKey() {
    byte[] key = new byte[32];
    key[0] = 1;
    return new MachineKeyProtector(Secret.take(SecretMemory.plain(), key));
  }

  /** A key file with such content. */
  static Protector secret(int number) {
    byte[] key = new byte[32];
    key[0] = (byte) number;
    return new KeyFileProtector(Secret.take(SecretMemory.plain(), key));
  }

  /** Makes the root, a throwaway one without protectors. */
  void create(Protector... protectors) throws IOException {
    root = store.subvolumes().create("r", new Base.Empty(), List.of(protectors)).id();
    use();
  }

  /** A root with one in another in it: "/a" and, in a directory of that, "/a/d/b". */
  void createTwoDeep() throws Exception {
    create(machineKey());
    hidden().mkdir("/.ctr-enc/subvolumes/a");
    user().mkdir("/a/d");
    hidden().mkdir("/a/d/.ctr-enc/subvolumes/b");
  }

  void use() throws IOException {
    fileSystem = store.subvolumes().open(root);
  }

  void restart() throws IOException {
    store.close();
    store = opened();
  }

  long segmentFolders() throws IOException {
    try (Stream<Path> folders = Files.list(state.resolve("segments"))) {
      return folders.count();
    }
  }

  /** The line of a description that begins with a name. */
  static String lineOf(String text, String name) {
    return text.lines().filter(line -> line.startsWith(name + " ")).findFirst().orElseThrow();
  }

  @Override
  public void close() throws IOException {
    assertThat(store.check().problems()).isEmpty();
    store.close();
  }
}
