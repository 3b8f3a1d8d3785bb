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
    return isOurs(process) && root.isRootOf(process);
  }

  private boolean isOurs(long process) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process + "/cgroup"))) {
      return lines.anyMatch(line -> line.endsWith(controlGroup));
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
   * Kills what runs on a subvolume: those that stand in it, and whatever descends from those that
   * were told to enter it, wherever they have taken their root directory.
   */
  void kill(SubvolumeRoot root, String name) {
    for (int round = 0; round < ROUNDS; round++) {
      List<ProcessHandle> ours =
          ProcessHandle.allProcesses().filter(process -> isOurs(process.pid())).toList();
      List<ProcessHandle> found =
          ours.stream()
              .flatMap(
                  process ->
                      enters(process, name)
                          ? Stream.concat(process.descendants(), Stream.of(process))
                          : Stream.of(process).filter(one -> root.holdsRootOf(one.pid())))
              .distinct()
              .toList();
      if (found.isEmpty()) {
        return;
      }
      found.forEach(ProcessHandle::destroyForcibly);
      found.forEach(ContainerProcesses::awaitEnd);
    }
    LOG.warn("processes of a nested container go on", "controlGroup", controlGroup);
  }

  private static boolean enters(ProcessHandle process, String name) {
    List<String> arguments = List.of(process.info().arguments().orElse(new String[0]));
    int enter = arguments.indexOf(NestedCommand.ENTER);
    return enter >= 0 && enter + 1 < arguments.size() && arguments.get(enter + 1).equals(name);
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
