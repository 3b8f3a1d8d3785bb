package ctrenc.daemon.rpc;

import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.nested.ForegroundRun;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.proto.v1.RunFinished;
import ctrenc.proto.v1.RunRequest;
import ctrenc.proto.v1.RunResponse;
import ctrenc.proto.v1.RunStarted;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.Optional;

/**
 * One call of Run: what to start, what is to be executed, how it ended. The call is the leash: when
 * it goes away before the end was told, what runs is killed. gRPC calls one method at a time.
 */
final class RunConversation implements StreamObserver<RunRequest> {

  private static final FactLog LOG = FactLog.of(RunConversation.class);

  /** Begins what the first request asks for. */
  @FunctionalInterface
  interface Start {
    ForegroundRun of(RunRequest request) throws IOException;
  }

  private final Start start;
  private final ServerCallStreamObserver<RunResponse> observer;
  private Optional<ForegroundRun> run = Optional.empty();

  RunConversation(Start start, ServerCallStreamObserver<RunResponse> observer) {
    this.start = start;
    this.observer = observer;
    // Without a handler of its own, an answer to a caller that is gone would throw.
    observer.setOnCancelHandler(this::abandon);
  }

  @Override
  public void onNext(RunRequest request) {
    try {
      switch (request.getPartCase()) {
        case START, EXISTING -> begin(start.of(request));
        case EXIT_CODE -> finish(request.getExitCode());
        case PART_NOT_SET -> throw RefusedException.invalid("An empty request says nothing to do.");
      }
    } catch (IOException failure) {
      abandon();
      throw new CheckedFailure(failure);
    } catch (RuntimeException failure) {
      abandon();
      throw failure;
    }
  }

  private void begin(ForegroundRun begun) throws IOException {
    if (run.isPresent()) {
      begun.abandon();
      throw RefusedException.invalid("One call runs one process.");
    }
    run = Optional.of(begun);
    RunStarted started =
        RunStarted.newBuilder().setContainer(begun.container()).setCommand(begun.command()).build();
    observer.onNext(RunResponse.newBuilder().setStarted(started).build());
  }

  private void finish(int exitCode) throws IOException {
    ForegroundRun begun =
        run.orElseThrow(() -> RefusedException.invalid("Nothing was started in this call."));
    boolean isRemoved = begun.finish(exitCode);
    run = Optional.empty();
    observer.onNext(
        RunResponse.newBuilder()
            .setFinished(RunFinished.newBuilder().setRemoved(isRemoved))
            .build());
    observer.onCompleted();
  }

  /**
   * The caller's connection broke; {@link ServerCallStreamObserver#setOnCancelHandler} has been
   * told as well.
   */
  @Override
  public void onError(Throwable failure) {
    abandon();
  }

  @Override
  public void onCompleted() {
    if (run.isPresent()) {
      abandon();
      observer.onError(
          RefusedException.cancelled(
              "The call ended before the end of the process was told: it was killed."));
    }
  }

  private void abandon() {
    if (run.isEmpty()) {
      return;
    }
    ForegroundRun begun = run.get();
    run = Optional.empty();
    try {
      begun.abandon();
    } catch (IOException | RuntimeException failure) {
      LOG.failed("abandoned container was not cleaned up", failure);
    }
  }
}
