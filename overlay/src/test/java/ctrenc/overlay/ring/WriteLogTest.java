package ctrenc.overlay.ring;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What another process finds: every entry that was appended and not released, in its order and to
 * the byte, and nothing of one that was released.
 */
final class WriteLogTest {

  private static final int MIB = 1 << 20;

  private final RootMemory memory = RootMemory.create();

  WriteLogTest() throws IOException {}

  @AfterEach
  void close() throws IOException {
    memory.close();
  }

  private static RootMemory another(RootMemory memory) throws IOException {
    Path path = Path.of("/proc/self/fd/" + memory.file().number());
    return RootMemory.recover(FileOpener.open(path, OpenFlag.READ_WRITE));
  }

  private record Written(long inode, long offset, int hash, long seconds, int nanos) {}

  private List<Written> found() throws IOException {
    Notes notes = new Notes();
    try (RootMemory other = another(memory)) {
      other.log().recover(notes);
    }
    return notes.all;
  }

  private static final class Notes implements LogVisitor<RuntimeException> {
    private final List<Written> all = new ArrayList<>();

    @Override
    public void written(long inode, long offset, MemorySegment bytes, long seconds, int nanos) {
      all.add(new Written(inode, offset, hash(bytes), seconds, nanos));
    }

    @Override
    public void discarded(long inode, long from, long to) {
      all.add(new Written(inode, from, (int) (to - from), -1, -1));
    }

    @Override
    public void changed(long inode, MemorySegment attributes) {
      all.add(new Written(inode, 0, hash(attributes), -2, -2));
    }

    @Override
    public void timeIsSet(long inode) {
      all.add(new Written(inode, 0, 0, -3, -3));
    }
  }

  private static int hash(MemorySegment bytes) {
    return Arrays.hashCode(bytes.toArray(ValueLayout.JAVA_BYTE));
  }

  private static MemorySegment random(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return MemorySegment.ofArray(bytes);
  }

  private void append(
      Random random, int round, List<WriteLog.Entry> entries, List<Written> expected) {
    if (random.nextInt(10) == 0) {
      MemorySegment attributes = random(random, 48);
      entries.add(memory.log().appendAttributes(round, attributes));
      expected.add(new Written(round, 0, hash(attributes), -2, -2));
      entries.add(memory.log().appendTimeIsSet(round));
      expected.add(new Written(round, 0, 0, -3, -3));
    } else if (random.nextInt(10) == 0) {
      entries.add(memory.log().appendDiscard(round, 5, 12));
      expected.add(new Written(round, 5, 7, -1, -1));
    } else {
      MemorySegment bytes = random(random, 1 + random.nextInt(random.nextInt(5) == 0 ? MIB : 999));
      entries.add(memory.log().append(round, round * 3L, bytes, 77, round));
      expected.add(new Written(round, round * 3L, hash(bytes), 77, round));
    }
  }

  @Test
  void whatIsLiveIsFoundInItsOrder() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<WriteLog.Entry> entries = new ArrayList<>();
    List<Written> expected = new ArrayList<>();
    for (int round = 0; round < 3000; round++) {
      if (!entries.isEmpty() && (random.nextInt(3) == 0 || memory.log().isCrowded())) {
        int victim = random.nextInt(Math.min(entries.size(), 8));
        memory.log().release(List.of(entries.remove(victim)));
        expected.remove(victim);
      } else {
        append(random, round, entries, expected);
      }
    }
    assertThat(entries).doesNotContainNull();
    assertThat(found()).isEqualTo(expected);
  }

  @Test
  void fullLogRefusesAndTakesAgain() throws Exception {
    List<WriteLog.Entry> entries = new ArrayList<>();
    MemorySegment bytes = random(new Random(1), MIB);
    WriteLog.Entry entry;
    while ((entry = memory.log().append(1, 0, bytes, 0, WriteLog.NO_TIME)) != null) {
      entries.add(entry);
    }
    assertThat(entries).hasSizeGreaterThan(50);
    assertThat(memory.log().isCrowded()).isTrue();
    assertThat(memory.log().appendDiscard(1, 0, MIB)).isNotNull();
    memory.log().release(entries.subList(0, 10));
    assertThat(memory.log().append(1, 0, bytes, 0, WriteLog.NO_TIME)).isNotNull();
    assertThat(found()).hasSize(entries.size() - 10 + 2);
  }

  @Test
  void releasedBytesAreWiped() throws Exception {
    byte[] secret = "a line that nobody else may read".getBytes();
    WriteLog.Entry first = memory.log().append(1, 0, MemorySegment.ofArray(secret), 0, 0);
    WriteLog.Entry second = memory.log().append(1, 0, MemorySegment.ofArray(secret), 0, 0);
    assertThat(contains(secret)).isTrue();
    memory.log().release(List.of(second));
    memory.log().release(List.of(first));
    assertThat(contains(secret)).isFalse();
    assertThat(memory.log().used()).isZero();
  }

  @Test
  void recoveredEntriesAreForgottenTogether() throws Exception {
    MemorySegment bytes = random(new Random(2), 5 * MIB / 4);
    for (int i = 0; i < 20; i++) {
      memory.log().append(i, 0, bytes, 0, 0);
    }
    try (RootMemory other = another(memory)) {
      assertThat(other.isRecovered()).isTrue();
      other.log().forgetRecovered();
      assertThat(other.log().used()).isZero();
      assertThat(other.log().append(3, 0, bytes, 0, 0)).isNotNull();
    }
    assertThat(found()).hasSize(1);
  }

  private boolean contains(byte[] wanted) throws IOException {
    byte[] start = new byte[4 * MIB];
    MemorySegment target = Arena.ofAuto().allocate(start.length);
    FileData.read(memory.file(), 0, target);
    String text = new String(target.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    return text.contains(new String(wanted, StandardCharsets.ISO_8859_1));
  }

  @Test
  void openHandlesAreFoundAgain() throws Exception {
    long first = memory.handles().open(10);
    long second = memory.handles().open(11);
    long third = memory.handles().open(10);
    memory.handles().close(second);
    memory.handles().close(second);
    List<Long> numbers = new ArrayList<>();
    List<Long> inodes = new ArrayList<>();
    try (RootMemory other = another(memory)) {
      other
          .handles()
          .forEach(
              (number, inode, mark) -> {
                numbers.add(number);
                inodes.add(inode);
              });
      long next = other.handles().open(12);
      assertThat(List.of(first, second, third)).doesNotContain(next);
    }
    assertThat(numbers).containsExactly(first, third);
    assertThat(inodes).containsExactly(10L, 10L);
  }

  @Test
  void newestMarkOfANameCounts() throws Exception {
    for (int i = 0; i < 100; i++) {
      memory.exchanges().mark(5, 6, i);
    }
    try (RootMemory other = another(memory)) {
      assertThat(other.exchanges().find(5, 6)).hasValue(99);
      assertThat(other.exchanges().find(5, 7)).isEmpty();
      other.exchanges().mark(5, 6, 100);
      assertThat(other.exchanges().find(5, 6)).hasValue(100);
    }
  }

  @Test
  void passedFilesAreFoundAgain() throws Exception {
    int gone = memory.passed().add(7, 1, 100, 1000);
    int kept = memory.passed().add(8, 2, 200, 2000);
    memory.passed().setState(kept, 3);
    memory.passed().setReferences(kept, 5);
    memory.passed().remove(gone);
    long handle = memory.handles().open(8);
    memory.handles().mark(handle, 2);
    List<PassedFiles.File> files = new ArrayList<>();
    try (RootMemory other = another(memory)) {
      other.passed().recover(files::add);
      assertThat(files).containsExactly(new PassedFiles.File(kept, 8, 2, 3, 200, 2000, 5));
      assertThat(other.passed().add(9, 3, 300, 3000)).isEqualTo(gone);
      other
          .handles()
          .forEach(
              (number, inode, mark) ->
                  assertThat(List.of(number, inode, (long) mark)).containsExactly(handle, 8L, 2L));
      assertThat(other.handles().isOpen(handle)).isTrue();
      other.handles().close(handle);
      assertThat(other.handles().isOpen(handle)).isFalse();
    }
  }
}
