package ctrenc.overlay.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.DiskFailures;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.MemoryStorage;
import ctrenc.overlay.storage.Storage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class SegmentFilesTest {

  private static final UUID LAYER = new UUID(1, 2);
  private static final long LIMIT = 100_000;

  private final MemoryStorage storage = new MemoryStorage();
  private final Random random = new Random(5);

  /** What a scan met, as text. */
  private static final class Log implements SegmentScan.Visitor {
    final List<String> lines = new ArrayList<>();

    @Override
    public void envelope(SegmentPlace place, EnvelopeHeader header, boolean isWhole) {
      lines.add((isWhole ? "whole " : "torn ") + header.extent());
    }

    @Override
    public void gap(int file, long from, long to) {
      lines.add("gap " + (to - from));
    }
  }

  @Test
  void scansWhatWasAppendedOverSeveralFiles() throws IOException {
    List<String> found = new ArrayList<>();
    try (SegmentFiles files = open(storage)) {
      for (int id = 0; id < 20; id++) {
        append(files, id, 30_000);
      }
      assertThat(files.numbers()).hasSize(7);
      for (int file : files.numbers()) {
        files.checkHeader(file);
        found.addAll(scan(files, file));
      }
    }
    List<String> expected = new ArrayList<>();
    for (int id = 0; id < 20; id++) {
      expected.add("whole " + id);
    }
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void takesAnEnvelopeLongerThanAFileShouldBe() throws IOException {
    try (SegmentFiles files = open(storage)) {
      SegmentPlace place = append(files, 1, 300_000);
      assertThat(place.offset()).isEqualTo(SegmentFiles.FIRST_OFFSET);
      assertThat(append(files, 2, 10).file()).isEqualTo(2);
    }
  }

  @Test
  void saysWhatIsTornAndWhereAGapIs() throws IOException {
    SegmentPlace second;
    try (SegmentFiles files = open(storage)) {
      append(files, 1, 5000);
      second = append(files, 2, 5000);
      append(files, 3, 5000);
      append(files, 4, 5000);
    }
    String name = storage.names().getFirst();
    byte[] bytes = storage.bytes(name);
    bytes[(int) second.offset() + 40] ^= 1;
    storage.setBytes(name, Arrays.copyOf(bytes, bytes.length - 100));
    try (SegmentFiles files = open(storage)) {
      assertThat(scan(files, 1))
          .containsExactly("whole 1", "gap " + second.length(), "whole 3", "torn 4");
    }
    storage.setBytes(name, Arrays.copyOf(bytes, bytes.length - 5050));
    try (SegmentFiles files = open(storage)) {
      assertThat(scan(files, 1))
          .containsExactly("whole 1", "gap " + second.length(), "whole 3", "gap 62");
    }
  }

  @Test
  void findsTheNextEnvelopeBehindAnyGap() throws IOException {
    for (int gap : new int[] {1, 7, 111, 4096, 65_535, 65_536, 65_537, 70_001}) {
      MemoryStorage disk = new MemoryStorage();
      SegmentPlace last;
      try (SegmentFiles files = SegmentFiles.open(disk, "s", LAYER, 1 << 20)) {
        append(files, 1, 100);
        files.append(Arena.ofAuto().allocate(gap));
        last = append(files, 2, 100);
      }
      try (SegmentFiles files = SegmentFiles.open(disk, "s", LAYER, 1 << 20)) {
        assertThat(scan(files, 1)).containsExactly("whole 1", "gap " + gap, "whole 2");
        assertThat(files.header(last).extent()).isEqualTo(2);
      }
    }
  }

  @Test
  void goesOnBehindAWriteThatFailed() throws IOException {
    DiskFailures failures = new DiskFailures();
    try (SegmentFiles files = open(failures.over(storage))) {
      append(files, 1, 1000);
      failures.setFull(true);
      assertThatThrownBy(() -> append(files, 2, 1000)).isInstanceOf(IOException.class);
      failures.setFull(false);
      append(files, 3, 1000);
      assertThat(scan(files, 1)).containsExactly("whole 1", "torn 2", "whole 3");
    }
  }

  @Test
  void refusesTheFileOfAnotherLayerOrNumber() throws IOException {
    try (SegmentFiles files = open(storage)) {
      append(files, 1, LIMIT_FILLER);
      append(files, 2, LIMIT_FILLER);
    }
    List<String> names = storage.names();
    byte[] one = storage.bytes(names.get(0));
    storage.setBytes(names.get(0), storage.bytes(names.get(1)));
    try (SegmentFiles files = open(storage)) {
      assertThatThrownBy(() -> files.checkHeader(1)).isInstanceOf(DamagedException.class);
    }
    ByteBuffer.wrap(one).putInt(16, 9);
    storage.setBytes(names.get(0), one);
    try (SegmentFiles files = open(storage)) {
      assertThatThrownBy(() -> files.checkHeader(1)).isInstanceOf(FormatTooNewException.class);
    }
  }

  private static final int LIMIT_FILLER = 99_000;

  @Test
  void resumesOnlyWhereAnOrderlyCloseEnded() throws IOException {
    SegmentPlace tail;
    try (SegmentFiles files = open(storage)) {
      append(files, 1, 1000);
      tail = files.tail();
    }
    try (SegmentFiles files = open(storage)) {
      files.resume(tail);
      assertThat(append(files, 2, 1000).offset()).isEqualTo(tail.offset());
    }
    try (SegmentFiles files = open(storage)) {
      files.resume(tail);
      assertThat(append(files, 3, 1000).file()).isEqualTo(2);
    }
  }

  @Test
  void givesEachOfManyThreadsItsOwnPlace() throws Exception {
    try (SegmentFiles files = open(storage);
        ExecutorService pool = Executors.newFixedThreadPool(8)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        int first = t * 1000;
        all.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < 100; i++) {
                    append(files, first + i, 1 + i * 50);
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get(60, TimeUnit.SECONDS);
      }
      int whole = 0;
      for (int file : files.numbers()) {
        List<String> found = scan(files, file);
        assertThat(found).allMatch(line -> line.startsWith("whole "));
        whole += found.size();
      }
      assertThat(whole).isEqualTo(800);
    }
  }

  private static SegmentFiles open(Storage storage) throws IOException {
    return SegmentFiles.open(storage, "s", LAYER, LIMIT);
  }

  private SegmentPlace append(SegmentFiles files, long id, int sealedLength) throws IOException {
    byte[] sealed = new byte[sealedLength];
    synchronized (random) {
      random.nextBytes(sealed);
    }
    byte[] header =
        new EnvelopeHeader(
                (byte) 1,
                LAYER,
                id,
                new byte[32],
                new byte[32],
                sealedLength,
                sealedLength,
                EnvelopeHeader.checksumOf(sealed, 0, sealedLength))
            .encode();
    byte[] envelope = Arrays.copyOf(header, header.length + sealedLength);
    System.arraycopy(sealed, 0, envelope, header.length, sealedLength);
    try (Arena arena = Arena.ofConfined()) {
      return files.append(arena.allocateFrom(ValueLayout.JAVA_BYTE, envelope));
    }
  }

  private static List<String> scan(SegmentFiles files, int file) throws IOException {
    Log log = new Log();
    files.scan(file, 0, log);
    return log.lines;
  }
}
