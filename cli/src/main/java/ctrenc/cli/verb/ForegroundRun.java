package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import ctrenc.cli.process.ForegroundProgram;
import ctrenc.cli.process.SignalRelay;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.RunRequest;
import ctrenc.proto.v1.RunResponse;
import ctrenc.proto.v1.RunStarted;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The caller's side of a run: the daemon makes the root and says what to execute; it is executed
 * here; the daemon hears how it ended and cleans up. While this process lives the call is open; if
 * it dies, the daemon kills the container.
 */
final class ForegroundRun {
  private final Session session;
  private final ProcessOptions options;
  private final Place place;

  /** Where the caller stands. */
  enum Place {
    /** On the host; the runtime hands signals on. */
    HOST,
    /** In a container; there nobody does, so the first signal gives the run up. */
    CONTAINER
  }

  ForegroundRun(Session session, ProcessOptions options, Place place) {
    this.session = session;
    this.options = options;
    this.place = place;
  }

  /**
   * @return the command's exit code
   */
  int run(RunRequest start, boolean remove) throws IOException, InterruptedException {
    if (place == Place.HOST) {
      return run(session.startedDaemon(), start, remove);
    }
    try {
      return run(session.daemon(), start, remove);
    } catch (Failure e) {
      if (!Connection.isBroken(e)) {
        throw e;
      }
      // The daemon was gone before it answered, so nothing was executed; the next one is asked.
      return run(session.nextDaemon(), start, remove);
    }
  }

  private int run(Connection daemon, RunRequest start, boolean remove)
      throws IOException, InterruptedException {
    boolean onHost = place == Place.HOST;
    BlockingClientCall<RunRequest, RunResponse> call =
        onHost ? daemon.containers().run() : daemon.nested().run();
    Runnable abandon = () -> call.cancel("interrupted", null);
    SignalRelay signals =
        onHost ? SignalRelay.ofContainer(abandon) : SignalRelay.impatient(abandon);
    signals.install();
    try {
      return run(daemon, call, start, remove, signals);
    } catch (Failure | IllegalStateException e) {
      // The latter where a signal cancelled the call just before more was to be told by it.
      signals.uninstall();
      OptionalInt signal = signals.abandonedBy();
      if (signal.isPresent()) {
        return ForegroundProgram.SIGNALLED + signal.getAsInt();
      }
      throw e;
    }
  }

  private int run(
      Connection daemon,
      BlockingClientCall<RunRequest, RunResponse> call,
      RunRequest start,
      boolean remove,
      SignalRelay signals)
      throws IOException, InterruptedException {
    RunStarted started = started(daemon, call, start);
    int code =
        new ForegroundProgram(signals, session.surroundings()::note)
            .run(started.getCommand(), options.withInput(), options.terminal());
    OptionalInt abandoned = signals.abandonedBy();
    if (abandoned.isEmpty()) {
      finish(daemon, call, started.getContainer().getId(), code, remove);
    }
    return abandoned.isPresent() && place == Place.CONTAINER
        ? ForegroundProgram.SIGNALLED + abandoned.getAsInt()
        : code;
  }

  private static RunStarted started(
      Connection daemon, BlockingClientCall<RunRequest, RunResponse> call, RunRequest start)
      throws InterruptedException {
    RunResponse response =
        daemon.ask(
            () -> {
              call.write(start);
              return call.read();
            });
    return require(response, RunResponse.PartCase.STARTED).getStarted();
  }

  /** The command's work is done, whatever happens now; but a key that may be left must be told. */
  private void finish(
      Connection daemon,
      BlockingClientCall<RunRequest, RunResponse> call,
      String container,
      int code,
      boolean remove)
      throws InterruptedException {
    try {
      RunResponse response =
          daemon.ask(
              () -> {
                call.write(RunRequest.newBuilder().setExitCode(code).build());
                call.halfClose();
                return call.read();
              });
      RunResponse finished = require(response, RunResponse.PartCase.FINISHED);
      if (remove && !finished.getFinished().getRemoved()) {
        session.surroundings().note("the container was not removed: see 'ctr-enc ps'");
      }
    } catch (Failure e) {
      if (!isCleanedUpByNext(e, container, code, remove)) {
        throw new Failure(
            ExitCode.OWN_FAILURE,
            "the command ended with %d, but the daemon did not clean up (%s)"
                .formatted(code, e.sentence()),
            e);
      }
    }
  }

  /** On the host it watches the container by itself; of what runs inside of one it is told. */
  private boolean isCleanedUpByNext(Failure reason, String container, int code, boolean remove)
      throws InterruptedException {
    if (!Connection.isBroken(reason)) {
      return false;
    }
    NextDaemon next = new NextDaemon(session);
    return place == Place.HOST ? next.cleansUp(container, remove) : next.isTold(container, code);
  }

  private static RunResponse require(@Nullable RunResponse response, RunResponse.PartCase part) {
    if (response == null || response.getPartCase() != part) {
      throw new Failure(
          ExitCode.OTHER_VERSION,
          "the daemon answered out of order: stop it and start the one of this version");
    }
    return response;
  }
}
