package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two hundred writers at once: everyone reads back what it wrote, before and after the root was
 * unmounted.
 */
@Tag("kernel")
class LoadTest {

  private static final int WRITERS = 200;
  private static final int MAX_SIZE = 300_000;

  @ParameterizedTest
  @ValueSource(strings = {"image", "writeback"})
  void twoHundredWritersAtOnce(String mode) throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    try (TestDaemon daemon = TestDaemon.start();
        ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      Path root = daemon.create("load", "--empty", "--keep", "--cache", mode);
      List<Future<Void>> writers = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        int number = writer;
        writers.add(pool.submit(() -> write(root, number, seed)));
      }
      for (Future<Void> writer : writers) {
        writer.get();
      }
      daemon.cli("umount", "load").ok();
      Path again = daemon.mount("load");
      for (int writer = 0; writer < WRITERS; writer++) {
        assertThat(Files.readAllBytes(again.resolve("d" + writer % 7 + "/f" + writer)))
            .isEqualTo(content(writer, seed));
      }
    }
  }

  private static Void write(Path root, int writer, long seed) throws IOException {
    byte[] content = content(writer, seed);
    Random random = new Random(seed ^ writer);
    Path file = Files.createDirectories(root.resolve("d" + writer % 7)).resolve("f" + writer);
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ)) {
      List<Integer> starts = new ArrayList<>();
      for (int at = 0; at < content.length; at += 10_000) {
        starts.add(at);
      }
      java.util.Collections.shuffle(starts, random);
      for (int at : starts) {
        channel.write(ByteBuffer.wrap(content, at, Math.min(10_000, content.length - at)), at);
        if (random.nextInt(20) == 0) {
          channel.force(random.nextBoolean());
        }
      }
    }
    if (!Arrays.equals(Files.readAllBytes(file), content)) {
      throw new AssertionError(
          "writer " + writer + " reads something else than it wrote, seed " + seed);
    }
    return null;
  }

  private static byte[] content(int writer, long seed) {
    Random random = new Random(seed + writer);
    byte[] bytes = new byte[random.nextInt(MAX_SIZE)];
    random.nextBytes(bytes);
    return bytes;
  }
}
