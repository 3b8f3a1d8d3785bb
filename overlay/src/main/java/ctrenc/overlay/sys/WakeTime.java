package ctrenc.overlay.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * The longest time that an idle processor of this machine may take to wake, as far as this process
 * has a wish: PM QoS, by {@code /dev/cpu_dma_latency}. The kernel follows the shortest wish of all
 * processes, and forgets this one's with its end, however that comes. Needs root. Thread-safe.
 */
public final class WakeTime implements AutoCloseable {

  private static final Path DEVICE = Path.of("/dev/cpu_dma_latency");
  private static final int NONE_MICROS = 0;

  /** What the kernel takes for no wish (PM_QOS_CPU_LATENCY_DEFAULT_VALUE). */
  private static final int ANY_MICROS = 2_000_000_000;

  private final Descriptor device;

  private WakeTime(Descriptor device) {
    this.device = device;
  }

  /** Without a wish so far. */
  public static WakeTime open() throws SystemCallException {
    return new WakeTime(FileOpener.open(DEVICE, OpenFlag.READ_WRITE));
  }

  /** Processors are to be awake: an idle one asks in a loop whether there is work. */
  public void allowNone() throws SystemCallException {
    wish(NONE_MICROS);
  }

  /** Processors may sleep as deeply as the kernel thinks right. */
  public void allowAny() throws SystemCallException {
    wish(ANY_MICROS);
  }

  private void wish(int micros) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocateFrom(ValueLayout.JAVA_INT, micros);
      Stream.check("write", Stream.write(device, value));
    }
  }

  @Override
  public void close() throws SystemCallException {
    device.close();
  }
}
