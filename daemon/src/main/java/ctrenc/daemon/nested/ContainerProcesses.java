package ctrenc.daemon.nested;

import ctrenc.daemon.log.FactLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The processes of one container. They are known by its control group, which none of them leaves,
 * because the control filesystem is read-only for them.
 */
final class ContainerProcesses {

  private static final FactLog LOG = FactLog.of(ContainerProcesses.class);
  private static final int ROUNDS = 100;
  private static final long PATIENCE_SECONDS = 5;

  private final String controlGroup;

  ContainerProcesses(String container) {
    this.controlGroup = "/ctr-enc/" + container;
  }

  /** Whether a process of this container has a subvolume as its root directory. */
  boolean isIn(long process, SubvolumeRoot root) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process + "/cgroup"))) {
      return lines.anyMatch(line -> line.endsWith(controlGroup)) && root.isRootOf(process);
    } catch (IOException | UncheckedIOException _) {
      return false; // It has ended.
    }
  }

  /** The effective group of a process. */
  static OptionalInt group(long process) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process + "/status"))) {
      return lines
          .filter(line -> line.startsWith("Gid:"))
          .mapToInt(line -> Integer.parseUnsignedInt(line.split("\\s+")[2]))
          .findFirst();
    }
  }

  /**
   * Kills those whose root directory is a subvolume, and with them what runs in namespaces below.
   */
  void kill(SubvolumeRoot root) {
    for (int round = 0; round < ROUNDS; round++) {
      List<ProcessHandle> found =
          ProcessHandle.allProcesses().filter(process -> isIn(process.pid(), root)).toList();
      if (found.isEmpty()) {
        return;
      }
      found.forEach(ProcessHandle::destroyForcibly);
      found.forEach(ContainerProcesses::awaitEnd);
    }
    LOG.warn("processes of a nested container go on", "controlGroup", controlGroup);
  }

  private static void awaitEnd(ProcessHandle process) {
    try {
      process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.failed("process of a nested container does not end", e, "pid", process.pid());
    }
  }
}
