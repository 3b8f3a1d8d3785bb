package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.nest.NestedFileSystem;
import ctrenc.overlay.nest.Tree;
import ctrenc.overlay.ring.NestedMembers;
import ctrenc.overlay.ring.RootMemory;
import ctrenc.overlay.storage.LiveCopy;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.MemoryFile;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.MemoryFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A root with what is nested in it, whose process dies, and another goes on with its memory. The
 * dead one goes on elsewhere: the next has a copy of its memory and of its store, taken in this
 * order, so that what it stored meanwhile is in both.
 */
final class DyingNest implements AutoCloseable {

  /** A request that a dead process may have carried out. */
  private static final Caller RESENT = new Caller(0, 0, 1, true);

  private final Path temporary;
  private final Protector heir = NestedRoot.secret(77);
  private final List<StoreDirectory> dead = new ArrayList<>();
  private final List<RootMemory> memories = new ArrayList<>();
  private StoreDirectory store;
  private UUID root = new UUID(0, 0);
  private FileSystem fileSystem = new MemoryFileSystem();

  DyingNest(Path temporary) throws IOException {
    this.temporary = temporary;
    store = opened(Inheritance.none());
  }

  private Path state() {
    return temporary.resolve("state" + dead.size());
  }

  private StoreDirectory opened(Inheritance inheritance) throws IOException {
    StorePlace place = new StorePlace(state(), List.of());
    return StoreDirectory.open(place, finding -> {}, SecretMemory.plain(), inheritance);
  }

  /** Makes the root, a throwaway one without protectors, and shows it. */
  void create(Protector... protectors) throws IOException {
    root = store.subvolumes().create("r", new Base.Empty(), List.of(protectors)).id();
    show(RootMemory.create());
  }

  /** Shows the root, with memory that outlives the process. */
  void show(RootMemory memory) throws IOException {
    memories.add(memory);
    fileSystem = store.subvolumes().open(root, Optional.of(memory));
    memory.leave(new RootMemory.KeyOf(root, store.subvolumes().handOver(root, heir)));
  }

  void die() throws IOException {
    Descriptor memory = MemoryFile.create("copy");
    try (Descriptor left =
        FileOpener.open(
            Path.of("/proc/self/fd/" + memory().file().number()), OpenFlag.READ_WRITE)) {
      copy(left, memory);
    }
    Path before = state();
    dead.add(store);
    LiveCopy.make(before, Files.createDirectory(state()));
    store = opened(inheritance(memory));
    show(RootMemory.recover(memory));
  }

  private static void copy(Descriptor from, Descriptor to) throws IOException {
    Path source = Path.of("/proc/self/fd/" + from.number());
    FileData.truncate(to, Files.size(source));
    try (var in = Files.newByteChannel(source);
        var out =
            Files.newByteChannel(
                Path.of("/proc/self/fd/" + to.number()), StandardOpenOption.WRITE)) {
      var buffer = ByteBuffer.allocate(1 << 20);
      byte[] zeros = new byte[1 << 20];
      while (in.read(buffer) > 0) {
        buffer.flip();
        if (Arrays.equals(buffer.array(), zeros)) {
          out.position(out.position() + buffer.remaining());
        } else {
          out.write(buffer);
        }
        buffer.clear();
      }
    }
  }

  private Inheritance inheritance(Descriptor memory) throws IOException {
    Map<UUID, byte[]> nested = new HashMap<>();
    RootMemory.nestedIn(memory).stream()
        .filter(NestedMembers.Entry::hasKey)
        .forEach(one -> nested.put(one.id(), one.key()));
    byte[] kek = RootMemory.keyIn(memory).orElseThrow().wrapped();
    return new Inheritance(List.of(heir), Map.of(root, kek), nested);
  }

  StoreDirectory store() {
    return store;
  }

  UUID root() {
    return root;
  }

  RootMemory memory() {
    return memories.getLast();
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

  HiddenUser again() {
    return new HiddenUser(fileSystem, RESENT);
  }

  Tree tree() {
    return ((NestedFileSystem) fileSystem).tree();
  }

  long segmentFolders() throws IOException {
    try (Stream<Path> folders = Files.list(state().resolve("segments"))) {
      return folders.count();
    }
  }

  @Override
  public void close() throws IOException {
    assertThat(store.check().problems()).isEmpty();
    store.close();
    for (StoreDirectory one : dead) {
      one.close();
    }
    for (RootMemory memory : memories) {
      memory.close();
    }
  }
}
