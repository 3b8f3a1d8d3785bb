package ctrenc.overlay.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Against the kernel, whose device tells the shortest time that anybody wishes. */
@Tag("kernel")
class WakeTimeTest {

  private static final Path DEVICE = Path.of("/dev/cpu_dma_latency");

  @BeforeEach
  void needTheDeviceForOneself() throws IOException {
    Assumptions.assumeTrue(Files.isWritable(DEVICE), "needs " + DEVICE);
    Assumptions.assumeTrue(shortest() > 0, "somebody else keeps processors awake");
  }

  @Test
  void theShortestTimeHoldsUntilItIsTakenBack() throws IOException {
    try (WakeTime time = WakeTime.open()) {
      assertThat(shortest()).isPositive();
      time.allowNone();
      assertThat(shortest()).isZero();
    }
    try (WakeTime time = WakeTime.open()) {
      time.allowNone();
      time.allowAny();
      // Another process may have begun to wish the same meanwhile, but for moments only.
      while (shortest() == 0) {
        Thread.onSpinWait();
      }
      assertThat(shortest()).isPositive();
    }
  }

  private static int shortest() throws IOException {
    try (InputStream device = Files.newInputStream(DEVICE)) {
      return ByteBuffer.wrap(device.readNBytes(Integer.BYTES))
          .order(ByteOrder.nativeOrder())
          .getInt();
    }
  }
}
