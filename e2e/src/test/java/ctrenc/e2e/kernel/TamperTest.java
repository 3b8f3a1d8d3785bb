package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A disk that lies: a changed byte is answered with EIO and a line in the audit log, never with
 * wrong data.
 */
@Tag("kernel")
class TamperTest {

  private static final int SIZE = 200_000;
  private static final int ROUNDS = 12;

  @Test
  void aChangedByteOfASegmentFileIsNeverServed() throws IOException {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    byte[] content = new byte[SIZE];
    random.nextBytes(content);
    try (TestDaemon daemon = TestDaemon.start()) {
      Path root = daemon.create("victim", "--empty", "--keep");
      Files.write(root.resolve("file"), content);
      Command.of("sync", root.resolve("file").toString()).ok();
      int refused = 0;
      for (int round = 0; round < ROUNDS; round++) {
        daemon.cli("umount", "victim").ok();
        Path segmentFile = largestFile(daemon.state().resolve("segments"));
        long at = random.nextLong(Math.min(Files.size(segmentFile), SIZE));
        flip(segmentFile, at);
        Path again = daemon.mount("victim");
        if (!readsRight(again.resolve("file"), content)) {
          refused++;
        }
        flip(segmentFile, at);
      }
      assertThat(refused)
          .as("most of the file's bytes matter, seed %d", seed)
          .isGreaterThan(ROUNDS / 2);
      daemon.cli("umount", "victim").ok();
      assertThat(Files.readAllBytes(daemon.mount("victim").resolve("file"))).isEqualTo(content);
      assertThat(Command.of("cat", daemon.state().resolve("audit.log").toString()).ok())
          .contains("DAMAGED");
    }
  }

  /** Either the very content, or EIO; anything else fails the test. */
  private static boolean readsRight(Path file, byte[] content) {
    Command.Result result =
        Command.of("sh", "-c", "cat " + file + " | sha256sum; exec cat " + file + " > /dev/null")
            .run();
    if (result.exit() == 0) {
      try {
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
      } catch (IOException e) {
        return false;
      }
      return true;
    }
    assertThat(result.err()).contains("Input/output error");
    assertThatThrownBy(() -> Files.readAllBytes(file)).isInstanceOf(IOException.class);
    return false;
  }

  private static Path largestFile(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length()))
          .orElseThrow();
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int value = bytes.read();
      bytes.seek(at);
      bytes.write(value ^ 0x40);
    }
  }
}
