package ctrenc.cli.start;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import ctrenc.cli.io.Surroundings;
import ctrenc.cli.process.LiveProcess;
import ctrenc.cli.rpc.Endpoint;
import ctrenc.cli.rpc.Places;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Starts the daemon if none listens. Callers that start at the same time wait for the first one, by
 * a lock in the run directory.
 */
public final class DaemonStarter {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long PAUSE_MILLIS = 10;

  /** The daemon's setting, as its environment names it. */
  private static final String TRANSPORT = "CTR_ENC_TRANSPORT";

  private static final String BY_FUSERMOUNT = "jnr";

  private final Surroundings surroundings;
  private final Places places;
  private final Endpoint endpoint;

  public DaemonStarter(Surroundings surroundings, Places places) {
    this.surroundings = surroundings;
    this.places = places;
    this.endpoint = new Endpoint(places.socket());
  }

  /**
   * Returns when a daemon listens.
   *
   * @param transport how one that has to be started gets its requests, if not as is set
   * @param meanwhile what can be done while one that had to be started comes up
   * @return whether one had to be started
   * @throws Failure with what the daemon said last, if it ends
   */
  public boolean start(Optional<String> transport, Runnable meanwhile)
      throws IOException, InterruptedException {
    if (!isStartable(endpoint.state())) {
      return false;
    }
    if (!isOfAnyUser(transport)) {
      requireRoot();
    }
    makeRunDirectory();
    try (StartLock lock = StartLock.take(places)) {
      if (!lock.isValid() || !isStartable(endpoint.state())) {
        return false;
      }
      launch(transport, meanwhile);
      return true;
    }
  }

  /** False if one listens already. */
  private boolean isStartable(Endpoint.State state) {
    return switch (state) {
      case LISTENING -> false;
      case ABSENT, DEAD -> true;
      case FORBIDDEN, NOT_A_SOCKET, TOO_LONG -> throw endpoint.failure(state);
    };
  }

  /** Starts one and returns when it listens; with the lock held. */
  void launch(Optional<String> transport, Runnable meanwhile)
      throws IOException, InterruptedException {
    DaemonLog log = DaemonLog.prepare(places.log());
    ProcessBuilder builder =
        new DaemonCommand(surroundings.environment(), places).builder(log.file());
    transport.ifPresent(name -> builder.environment().put(TRANSPORT, name));
    surroundings.note("starting the daemon (log: %s)".formatted(log.file()));
    Optional<LiveProcess> daemon = DaemonCommand.launch(builder);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    meanwhile.run();
    while (endpoint.state() != Endpoint.State.LISTENING) {
      if (daemon.isEmpty() || !daemon.get().isRunning()) {
        throw failure("the daemon could not start: %s (log: %s)", log.lastWords(), log.file());
      }
      if (System.nanoTime() - deadline > 0) {
        throw failure(
            "the daemon (pid %s) does not listen after %s seconds: look at %s",
            daemon.get().pid(), PATIENCE.toSeconds(), log.file());
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
  }

  private static Failure failure(String sentence, Object... facts) {
    return new Failure(ExitCode.UNREACHABLE, sentence.formatted(facts));
  }

  static void requireRoot() throws IOException {
    Object user = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (!user.equals(0)) {
      throw new Failure(
          ExitCode.NOT_ALLOWED,
          "no daemon is running, and only root can start one that runs containers: call 'sudo ctr-enc daemon start', or have roots of your own with 'ctr-enc daemon start --transport jnr'");
    }
  }

  /** Whether the daemon to be started needs no right to mount: fusermount(1) has it. */
  private boolean isOfAnyUser(Optional<String> transport) {
    return transport
        .or(() -> Optional.ofNullable(surroundings.environment().get(TRANSPORT)))
        .equals(Optional.of(BY_FUSERMOUNT));
  }

  private void makeRunDirectory() throws IOException {
    if (Files.exists(places.run()) && !Files.isDirectory(places.run())) {
      throw new Failure(
          ExitCode.USAGE,
          "%s is not a directory: name another one with --run-dir".formatted(places.run()));
    }
    if (!Files.isDirectory(places.run())) {
      // Members of the socket's group pass through; the mount points inside guard themselves.
      Files.createDirectories(
          places.run(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
    }
  }
}
