package ctrenc.overlay.extent;

import static ctrenc.overlay.extent.ExtentFixture.bytes;
import static ctrenc.overlay.extent.ExtentFixture.write;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.storage.DiskStorage;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What segment files take on a real disk, however long is overwritten. */
final class CompactionBoundTest {

  private final ExtentFixture fixture = new ExtentFixture();
  private final MemoryMetaStore meta = new MemoryMetaStore();

  private CompactionResult compact(SegmentExtentStore store) throws IOException {
    return store.compact(
        CompactionRule.asked(),
        Pace.unlimited(),
        ExtentFixture.movingWith(() -> {}, damaged -> assertThat(damaged).isNull()));
  }

  /**
   * What is left after a compaction takes at most twice what lives in it, and for each file its
   * header and the blocks at its ends; the count of the disk itself says so. At most eight files
   * are shorter than a part of what they may be.
   */
  @Test
  void aThousandRoundsOfOverwritingTakeAtMostTwiceWhatLives(@TempDir Path directory)
      throws IOException {
    Random random = new Random(1);
    Map<Integer, ExtentReference> slots = new TreeMap<>();
    try (DiskStorage real = DiskStorage.open(directory);
        SegmentExtentStore store = fixture.open(real, meta)) {
      long most = 0;
      for (int round = 0; round < 1000; round++) {
        overwriteSome(store, slots, random);
        if (round % 50 == 49) {
          CompactionResult result = compact(store);
          assertThat(store.storedBytes()).isEqualTo(result.storedAfter());
          assertThat(store.storedBytes()).isEqualTo(blocks(directory));
          most =
              Math.max(
                  most,
                  result.storedAfter() - 2 * ExtentFixture.live(meta) - filesOf(directory) * 8192L);
        }
      }
      assertThat(most).isNotPositive();
      long shortest = fixture.tuning.segmentFileLength() / 64;
      assertThat(filesOf(directory)).isLessThanOrEqualTo(8 + blocks(directory) / shortest);
    }
  }

  private void overwriteSome(
      SegmentExtentStore store, Map<Integer, ExtentReference> slots, Random random)
      throws IOException {
    for (int i = 0; i < 4; i++) {
      byte[] plain = bytes(random.nextLong(), 1 + random.nextInt(9000));
      ExtentReference fresh = write(store, meta, plain);
      ExtentFixture.replace(store, meta, slots, random.nextInt(100), fresh);
    }
  }

  private static long blocks(Path directory) throws IOException {
    try (Stream<Path> files = segmentFiles(directory)) {
      return files.mapToLong(CompactionBoundTest::blocksOf).sum();
    }
  }

  private static long filesOf(Path directory) throws IOException {
    try (Stream<Path> files = segmentFiles(directory)) {
      return files.count();
    }
  }

  private static Stream<Path> segmentFiles(Path directory) throws IOException {
    return Files.list(
        directory.resolve(ExtentFixture.SEGMENTS).resolve(ExtentFixture.LAYER.toString()));
  }

  /** As {@code stat} counts them: Java has no attribute for blocks. */
  private static long blocksOf(Path file) {
    try {
      Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
      return 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
