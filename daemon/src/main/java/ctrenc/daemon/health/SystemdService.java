package ctrenc.daemon.health;

import ctrenc.daemon.log.FactLog;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The service of systemd's that this process is. Why it is ended systemd does not tell it, but what
 * is under way for a service can be asked: systemctl(1), {@code list-jobs}. Immutable.
 */
public final class SystemdService {

  private static final FactLog LOG = FactLog.of(SystemdService.class);

  private static final Path MEMBERSHIP = Path.of("/proc/self/cgroup");
  private static final String SUFFIX = ".service";

  /** systemd answers in milliseconds; one that does not is not waited for. */
  private static final long PATIENCE_SECONDS = 5;

  private final Optional<String> unit;

  private SystemdService(Optional<String> unit) {
    this.unit = unit;
  }

  /** The one that this process' control group tells. */
  public static SystemdService own() {
    try {
      return new SystemdService(unit(Files.readString(MEMBERSHIP)));
    } catch (IOException e) {
      LOG.failed("the control group of this process is not known", e);
      return new SystemdService(Optional.empty());
    }
  }

  /** The innermost service in the paths of a process' control groups, as cgroups(7) lists them. */
  static Optional<String> unit(String membership) {
    return membership
        .lines()
        .map(line -> line.split(":", 3))
        .filter(fields -> fields.length == 3)
        .filter(fields -> fields[1].isEmpty() || fields[1].equals("name=systemd"))
        .flatMap(fields -> Stream.of(fields[2].split("/")))
        .filter(part -> part.endsWith(SUFFIX))
        .reduce((outer, inner) -> inner);
  }

  /** Whether the service is ended so that its next process can be started. */
  public boolean isRestarting() {
    return unit.isPresent() && isRestart(jobs(unit.get()), unit.get());
  }

  /** Lines of {@code list-jobs}: the job's number, its unit, its type, its state. */
  static boolean isRestart(String jobs, String unit) {
    return jobs.lines()
        .map(line -> line.strip().split("\\s+"))
        .anyMatch(
            fields -> fields.length >= 3 && fields[1].equals(unit) && fields[2].equals("restart"));
  }

  private static String jobs(String unit) {
    try {
      Process asked =
          new ProcessBuilder("systemctl", "list-jobs", "--no-legend", "--plain", unit)
              .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
              .redirectError(Redirect.DISCARD)
              .start();
      if (!asked.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        asked.destroyForcibly();
        LOG.warn("systemd does not tell why the service ends", "unit", unit);
        return "";
      }
      return new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      LOG.failed("systemd cannot be asked why the service ends", e, "unit", unit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return "";
  }
}
