package ctrenc.cli.start;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import ctrenc.cli.io.Surroundings;
import ctrenc.cli.process.LiveProcess;
import ctrenc.cli.rpc.Endpoint;
import ctrenc.cli.rpc.Places;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Puts one daemon in the place of another. It holds the lock of whoever starts a daemon meanwhile,
 * so that a keeper does not start the former one again; if this process dies, it does.
 */
public final class DaemonSuccession {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long PAUSE_MILLIS = 5;

  /** What says which program the new one is; everything else is as the old one was told. */
  private static final List<String> PROGRAM = List.of("CTR_ENC_HOME", "CTR_ENC_JAVA");

  private final Surroundings surroundings;
  private final Places places;
  private final Endpoint endpoint;

  public DaemonSuccession(Surroundings surroundings, Places places) {
    this.surroundings = surroundings;
    this.places = places;
    this.endpoint = new Endpoint(places.socket());
  }

  /**
   * What a daemon leaves that is about to end.
   *
   * @param isManaged a service manager starts the next one
   */
  public record Left(Map<String, String> environment, boolean isManaged) {}

  /** Asks the daemon to end and leave. */
  @FunctionalInterface
  public interface Request {
    Left make() throws InterruptedException;
  }

  /**
   * Returns when another daemon listens.
   *
   * @return for how many milliseconds none did
   */
  public long succeed(long pid, Request request) throws IOException, InterruptedException {
    DaemonStarter.requireRoot();
    try (StartLock lock = StartLock.take(places)) {
      if (!lock.isValid()) {
        throw new IOException("the lock of the run directory is gone");
      }
      Left left = request.make();
      awaitEnd(pid);
      long ended = System.nanoTime();
      if (left.isManaged()) {
        awaitManaged();
      } else {
        new DaemonStarter(surroundings.with(environment(left)), places)
            .launch(Optional.empty(), () -> {});
      }
      return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - ended);
    }
  }

  private Map<String, String> environment(Left left) {
    Map<String, String> environment = new HashMap<>(left.environment());
    PROGRAM.forEach(environment::remove);
    for (String variable : PROGRAM) {
      String value = surroundings.environment().get(variable);
      if (value != null) {
        environment.put(variable, value);
      }
    }
    return environment;
  }

  private static void awaitEnd(long pid) throws InterruptedException {
    Optional<LiveProcess> process = LiveProcess.of(pid);
    if (process.isPresent() && !process.get().awaitEnd(PATIENCE)) {
      throw new Failure(
          ExitCode.NOT_NOW,
          "the daemon (pid %d) agreed to end but has not: look at its log".formatted(pid));
    }
  }

  private void awaitManaged() throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (endpoint.state() != Endpoint.State.LISTENING) {
      if (System.nanoTime() - deadline > 0) {
        throw new Failure(
            ExitCode.UNREACHABLE,
            "the daemon has ended, and its service manager starts no other one: see 'systemctl status ctr-enc'");
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
  }
}
