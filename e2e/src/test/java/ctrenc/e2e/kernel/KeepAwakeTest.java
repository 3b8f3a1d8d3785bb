package ctrenc.e2e.kernel;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** When idle processors are kept awake, as the kernel tells everybody. */
@Tag("kernel")
class KeepAwakeTest {

  private static final Path DEVICE = Path.of("/dev/cpu_dma_latency");
  private static final Duration SOON = Duration.ofSeconds(60);

  /** Asks the daemon again and again, with nothing in between. */
  private static final String CALLER =
      "import os\nwhile True: os.close(os.open('f', os.O_CREAT | os.O_WRONLY)); os.unlink('f')";

  @BeforeEach
  void needTheDevice() {
    Assumptions.assumeTrue(Files.isWritable(DEVICE), "needs " + DEVICE);
    Condition.await("nobody else keeps processors awake", SOON, () -> !isAwake());
  }

  @Test
  void theyAreAwakeWhileACallerAsksAndSleepAfterwards() throws Exception {
    try (TestDaemon daemon = TestDaemon.startWith(Map.of("CTR_ENC_KEEP_AWAKE", "always"))) {
      Process caller = caller(daemon.create("busy", "--empty"));
      Condition.await("processors are kept awake", SOON, KeepAwakeTest::isAwake);
      caller.destroyForcibly().waitFor();
      Condition.await("processors sleep again", SOON, () -> !isAwake());
    }
  }

  @Test
  void theySleepWhenTheDaemonIsKilledMeanwhile() throws Exception {
    try (TestDaemon daemon = TestDaemon.startWith(Map.of("CTR_ENC_KEEP_AWAKE", "always"))) {
      Process caller = caller(daemon.create("busy", "--empty"));
      Condition.await("processors are kept awake", SOON, KeepAwakeTest::isAwake);
      daemon.killWithKeeper();
      Condition.await("processors sleep again", SOON, () -> !isAwake());
      caller.destroyForcibly().waitFor();
    }
  }

  private static Process caller(Path root) throws IOException {
    return Command.of("env", "-C", root.toString(), "python3", "-c", CALLER).start();
  }

  /** Reading tells the shortest time to wake that any process wishes, in microseconds. */
  private static boolean isAwake() {
    try (InputStream device = Files.newInputStream(DEVICE)) {
      return ByteBuffer.wrap(device.readNBytes(Integer.BYTES))
              .order(ByteOrder.nativeOrder())
              .getInt()
          == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
