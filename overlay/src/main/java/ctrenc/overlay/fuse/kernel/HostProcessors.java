package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.KeepAwake;
import ctrenc.overlay.sys.ProcessorCount;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.sys.WakeTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The processors of this machine. Thread-safe. */
final class HostProcessors implements Vigil.Processors {

  private static final Logger LOG = LoggerFactory.getLogger(HostProcessors.class);

  private static final Path IDLE_DRIVER = Path.of("/sys/devices/system/cpu/cpuidle/current_driver");

  /**
   * The driver of a virtual machine whose host promises it its processors for itself
   * (KVM_HINTS_REALTIME), so that nobody else loses what one of them spends awake.
   */
  private static final String OWN_PROCESSORS = "haltpoll";

  /**
   * All of the machine are kept awake, whichever this process may use, so with more of them too
   * many would be so for nothing.
   */
  private static final int FEW = 8;

  private final WakeTime wakeTime;

  private HostProcessors(WakeTime wakeTime) {
    this.wakeTime = wakeTime;
  }

  /** Empty where they are to sleep as they like, or this process has no say. */
  static Optional<HostProcessors> find(KeepAwake wish) {
    try {
      return isWanted(wish, IDLE_DRIVER, ProcessorCount.online())
          ? Optional.of(new HostProcessors(WakeTime.open()))
          : Optional.empty();
    } catch (IOException e) {
      LOG.atInfo().setCause(e).log("Processors cannot be kept awake");
      return Optional.empty();
    }
  }

  static boolean isWanted(KeepAwake wish, Path idleDriver, int processors) {
    return switch (wish) {
      case ALWAYS -> true;
      case NEVER -> false;
      case AUTO -> processors <= FEW && driver(idleDriver).equals(OWN_PROCESSORS);
    };
  }

  private static String driver(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException without) {
      return "";
    }
  }

  @Override
  public void keepAwake() throws SystemCallException {
    wakeTime.allowNone();
  }

  @Override
  public void letSleep() throws SystemCallException {
    wakeTime.allowAny();
  }

  @Override
  public void close() throws SystemCallException {
    wakeTime.close();
  }
}
