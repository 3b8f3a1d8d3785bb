package ctrenc.overlay.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.storage.DiskCalls;
import ctrenc.overlay.storage.DiskFailures;
import ctrenc.overlay.storage.DiskFullException;
import ctrenc.overlay.storage.MemoryStorage;
import ctrenc.overlay.storage.Storage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Envelopes that are written behind lie where it was said, and are written many at once. */
@Timeout(60)
class AppendsBehindTest {

  private static final long LIMIT = 5 << 20;
  private static final int SMALL = 5144;

  private final MemoryStorage storage = new MemoryStorage();

  private static SegmentFiles open(Storage storage) throws IOException {
    return SegmentFiles.open(storage, "s", new UUID(1, 2), LIMIT);
  }

  private static SegmentPlace append(AppendsBehind appends, byte[] envelope) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return appends.append(arena.allocateFrom(ValueLayout.JAVA_BYTE, envelope));
    }
  }

  private static byte[] read(SegmentFiles files, SegmentPlace place) throws IOException {
    byte[] bytes = new byte[place.length()];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(bytes.length);
      assertThat(files.read(place.file(), place.offset(), target)).isEqualTo(bytes.length);
      MemorySegment.copy(target, ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
    }
    return bytes;
  }

  @Test
  void everyEnvelopeIsWhereItWasSaidOverSeveralFiles() throws IOException {
    long seed = new Random().nextLong();
    System.out.println("appended with seed " + seed);
    Random random = new Random(seed);
    Map<SegmentPlace, byte[]> placed = new LinkedHashMap<>();
    try (SegmentFiles files = open(storage)) {
      try (AppendsBehind appends = new AppendsBehind(files)) {
        for (int i = 0; i < 300; i++) {
          int length = 1 + random.nextInt(i % 10 == 0 ? 1 << 20 : SMALL);
          byte[] envelope = new byte[length];
          random.nextBytes(envelope);
          placed.put(append(appends, envelope), envelope);
        }
        appends.settle();
      }
      assertThat(files.numbers()).hasSizeGreaterThan(1);
      for (Map.Entry<SegmentPlace, byte[]> one : placed.entrySet()) {
        assertThat(read(files, one.getKey())).isEqualTo(one.getValue());
      }
    }
  }

  @Test
  void smallOnesAreWrittenAMebibyteAtOnce() throws IOException {
    DiskCalls calls = new DiskCalls();
    try (SegmentFiles files = open(calls.over(storage));
        AppendsBehind appends = new AppendsBehind(files)) {
      append(appends, new byte[1]);
      appends.settle();
      calls.forget();
      for (int i = 0; i < 4 * (1 << 20) / SMALL; i++) {
        append(appends, new byte[SMALL]);
      }
      appends.settle();
      assertThat(calls.of("write")).isEqualTo(4);
    }
  }

  @Test
  void whatComesThenSeesWhatWasAppendedBefore() throws IOException {
    AtomicLong seen = new AtomicLong();
    byte[] envelope = new byte[SMALL];
    envelope[7] = 7;
    try (SegmentFiles files = open(storage);
        AppendsBehind appends = new AppendsBehind(files)) {
      SegmentPlace place = append(appends, envelope);
      appends.then(() -> seen.set(read(files, place)[7]));
      appends.settle();
    }
    assertThat(seen).hasValue(7);
  }

  @Test
  void nothingIsWrittenAfterAWriteThatFailed() throws IOException {
    DiskFailures failures = new DiskFailures();
    try (SegmentFiles files = open(failures.over(storage));
        AppendsBehind appends = new AppendsBehind(files)) {
      append(appends, new byte[SMALL]);
      failures.setFull(true);
      assertThatThrownBy(appends::settle).isInstanceOf(DiskFullException.class);
      failures.setFull(false);
      assertThat(appends.hasFailed()).isTrue();
      byte[] later = new byte[SMALL];
      later[0] = 1;
      SegmentPlace place = append(appends, later);
      assertThatThrownBy(appends::settle).hasCauseInstanceOf(DiskFullException.class);
      assertThat(place.end()).isGreaterThan(storage.bytes(storage.names().getFirst()).length);
    }
  }

  @Test
  void closingWaitsForTheWriteAtHand() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    DiskFailures failures = new DiskFailures();
    try (SegmentFiles files = open(failures.over(storage))) {
      AppendsBehind appends = new AppendsBehind(files);
      SegmentPlace place = append(appends, new byte[2 * SMALL]);
      failures.beforeNext(
          "write",
          () -> {
            begun.countDown();
            try {
              release.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          });
      appends.then(() -> {});
      begun.await();
      Thread closing = Thread.ofPlatform().start(appends::close);
      while (closing.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      release.countDown();
      closing.join();
      assertThat(read(files, place)).hasSize(2 * SMALL);
    }
  }
}
