package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.rpc.Endpoint;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ContainerState;
import ctrenc.proto.v1.RunExisting;
import ctrenc.proto.v1.RunRequest;
import ctrenc.proto.v1.RunResponse;
import io.grpc.stub.BlockingClientCall;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Asks the daemon that takes the place of one that is gone: where containers outlive a daemon, the
 * next one cleans up what was run under the last, and runs what the last did not. Where none comes,
 * this finds out within {@value #PATIENCE_SECONDS} seconds.
 */
final class NextDaemon {

  private static final int PATIENCE_SECONDS = 15;
  private static final long STEP_MILLIS = 50;

  private final Session session;

  NextDaemon(Session session) {
    this.session = session;
  }

  /**
   * Returns when a daemon listens at a container's own socket. Nobody in there can start one; but
   * the container would not be there if none were to come.
   */
  static void awaitInContainer(Endpoint endpoint) throws InterruptedException {
    try {
      endpoint.awaitListening(Duration.ofSeconds(PATIENCE_SECONDS));
    } catch (Failure e) {
      throw e.code() == ExitCode.UNREACHABLE ? unreachable(e) : e;
    }
  }

  private static Failure unreachable(Failure reason) {
    return new Failure(
        reason.code(),
        "nothing was done, because the host's daemon has not answered for %d seconds: try again, or ask who runs it"
            .formatted(PATIENCE_SECONDS),
        reason);
  }

  /** Whether the container, whose process has ended, is cleaned up. */
  boolean cleansUp(String container, boolean remove) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
    while (System.nanoTime() < end) {
      Optional<List<Container>> known = containers();
      if (known.isPresent() && isSettled(known.get(), container, remove)) {
        return true;
      }
      TimeUnit.MILLISECONDS.sleep(STEP_MILLIS); // There is nobody who could say when it is there.
    }
    return false;
  }

  /** Tells how what ran inside a container ended; whether it is cleaned up. */
  boolean isTold(String container, int code) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
    while (System.nanoTime() < end) {
      session.connectAgain();
      try {
        return tell(session.daemon(), container, code);
      } catch (Failure e) {
        if (e.code() == ExitCode.NOT_FOUND) {
          return true; // Its end was noticed without us.
        }
        if (e.code() != ExitCode.UNREACHABLE) {
          throw e;
        }
      }
      TimeUnit.MILLISECONDS.sleep(STEP_MILLIS); // There is nobody who could say when it is there.
    }
    return false;
  }

  private static boolean tell(Connection daemon, String container, int code)
      throws InterruptedException {
    BlockingClientCall<RunRequest, RunResponse> call = daemon.nested().run();
    RunExisting existing = RunExisting.newBuilder().setReference(container).build();
    RunResponse response =
        daemon.ask(
            () -> {
              call.write(RunRequest.newBuilder().setExisting(existing).build());
              call.read();
              call.write(RunRequest.newBuilder().setExitCode(code).build());
              call.halfClose();
              return call.read();
            });
    return response != null && response.hasFinished();
  }

  private static boolean isSettled(List<Container> known, String container, boolean remove) {
    return known.stream()
        .filter(each -> each.getId().equals(container))
        .findAny()
        .map(each -> !remove && each.getState() != ContainerState.CONTAINER_STATE_RUNNING)
        .orElse(true);
  }

  /** Empty while no daemon answers. */
  private Optional<List<Container>> containers() throws InterruptedException {
    session.connectAgain();
    try {
      return Optional.of(PsVerb.containers(session));
    } catch (Failure e) {
      if (e.code() == ExitCode.UNREACHABLE) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
