package ctrenc.daemon.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.crypto.protector.MachineKeyProtector;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.extent.CompactionRule;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.subvolume.Base;
import ctrenc.overlay.subvolume.StoreDirectory;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.CreatedFile;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.OpenFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the daemon does unasked keeps a root small that is overwritten for ever. */
@Timeout(300)
class CompactorTest {

  private static final int FILES = 24;
  private static final int ROUNDS = 1000;
  private static final int ROUNDS_TOGETHER = 4;
  private static final int ROUNDS_BETWEEN = 50;
  private static final int LONGEST = 400_000;
  private static final int WRITE = 1;
  private static final int TRUNCATE = 01000;

  /**
   * What one segment file may hold besides: its header, and what was written since the last look.
   */
  private static final long REST = (long) ROUNDS_BETWEEN * LONGEST;

  @TempDir private Path directory;
  private final byte[][] held = new byte[FILES][];

  @Test
  void aThousandRoundsOfOverwritingStayBoundedByItAlone() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("overwritten with seed " + seed);
    Random random = new Random(seed);
    SecretMemory memory = SecretMemory.plain();
    try (StoreDirectory store = StoreDirectory.open(directory, finding -> {}, memory);
        Compactor compactor = new Compactor(store.upkeep())) {
      FileSystem root = store.subvolumes().open(created(store, memory));
      long most = 0;
      for (int round = 0; round < ROUNDS; round++) {
        overwrite(root, random);
        if (round % ROUNDS_TOGETHER == 0) {
          root.sync(); // What is overwritten before is never stored.
        }
        if (round % ROUNDS_BETWEEN == ROUNDS_BETWEEN - 1) {
          most = Math.max(most, lengths());
          compactor.compact();
          assertBounded(store, seed);
        }
      }
      assertThat(segmentFiles()).as("some are gone").noneMatch(file -> file.endsWith("1.seg"));
      assertThat(most)
          .as("it came to the rule")
          .isGreaterThan(CompactionRule.unasked().leastDead());
      assertReads(root);
      root.close();
      assertThat(store.check().problems()).isEmpty();
    }
  }

  private static UUID created(StoreDirectory store, SecretMemory memory) throws IOException {
    MachineKeyProtector key = new MachineKeyProtector(Secret.random(memory, Entropy.system(), 32));
    return store.subvolumes().create("root", new Base.Empty(), List.of(key)).id();
  }

  /** Twice what lives, and what the rule lets be dead. */
  private void assertBounded(StoreDirectory store, long seed) throws IOException {
    long live = store.upkeep().bytesToVerify(Optional.empty(), ScrubPosition.START);
    assertThat(lengths())
        .as("seed %d", seed)
        .isLessThanOrEqualTo(2 * live + CompactionRule.unasked().leastDead() + REST);
  }

  private void overwrite(FileSystem root, Random random) throws Exception {
    int file = random.nextInt(FILES);
    byte[] content = new byte[1 + random.nextInt(LONGEST)];
    random.nextBytes(content);
    Name name = Name.of("f" + file);
    long inode;
    long handle;
    if (held[file] == null) {
      CreatedFile made = root.create(Caller.ROOT, FileSystem.ROOT, name, 0600, 0, WRITE);
      inode = made.attributes().inode();
      handle = made.file().handle();
    } else {
      inode = root.lookup(Caller.ROOT, FileSystem.ROOT, name).inode();
      handle = root.open(Caller.ROOT, inode, WRITE | TRUNCATE).handle();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocateFrom(ValueLayout.JAVA_BYTE, content);
      assertThat(root.write(inode, handle, 0, source, false)).isEqualTo(content.length);
    }
    root.flush(inode, handle);
    root.release(inode, handle);
    root.forget(inode, 1);
    held[file] = content;
  }

  private void assertReads(FileSystem root) throws Exception {
    for (int file = 0; file < FILES; file++) {
      byte[] content = held[file];
      if (content != null) {
        long inode = root.lookup(Caller.ROOT, FileSystem.ROOT, Name.of("f" + file)).inode();
        OpenFile open = root.open(Caller.ROOT, inode, 0);
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment target = arena.allocate(content.length);
          assertThat(root.read(inode, open.handle(), 0, target)).isEqualTo(content.length);
          assertThat(target.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(content);
        }
        root.release(inode, open.handle());
        root.forget(inode, 1);
      }
    }
  }

  private List<Path> segmentFiles() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("segments"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private long lengths() throws IOException {
    long sum = 0;
    for (Path file : segmentFiles()) {
      sum += Files.size(file);
    }
    return sum;
  }
}
