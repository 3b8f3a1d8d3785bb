package ctrenc.daemon.fake;

import ctrenc.proto.v1.Command;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.ListContainersRequest;
import ctrenc.proto.v1.RunFinished;
import ctrenc.proto.v1.RunRequest;
import ctrenc.proto.v1.RunResponse;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Does what the command line does in a call of Run. */
public final class RunClient implements AutoCloseable {

  /** What a process said, on both streams, and how it ended. */
  public record Result(String output, int code) {}

  private static final long PATIENCE_SECONDS = 60;

  private final DaemonUnderTest daemon;
  private final BlockingQueue<Object> answers = new ArrayBlockingQueue<>(16);
  private final ClientCallStreamObserver<RunRequest> requests;
  private Command command = Command.getDefaultInstance();

  public RunClient(DaemonUnderTest daemon) {
    this.daemon = daemon;
    requests =
        (ClientCallStreamObserver<RunRequest>)
            daemon
                .containersAsync()
                .run(
                    new StreamObserver<>() {
                      @Override
                      public void onNext(RunResponse response) {
                        answers.add(response);
                      }

                      @Override
                      public void onError(Throwable failure) {
                        answers.add(failure);
                      }

                      @Override
                      public void onCompleted() {}
                    });
  }

  public Container start(ContainerSpec spec) throws Exception {
    requests.onNext(RunRequest.newBuilder().setStart(spec).build());
    RunResponse response = next();
    command = response.getStarted().getCommand();
    return response.getStarted().getContainer();
  }

  public Result execute() throws Exception {
    return execute(command);
  }

  public static Result execute(Command command) throws Exception {
    Process process = spawn(command);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(output, process.waitFor());
  }

  public Process spawn() throws IOException {
    return spawn(command);
  }

  private static Process spawn(Command command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command.getArgvList()).redirectErrorStream(true);
    builder.environment().clear();
    command
        .getEnvList()
        .forEach(
            s ->
                builder
                    .environment()
                    .put(s.substring(0, s.indexOf('=')), s.substring(s.indexOf('=') + 1)));
    return builder.start();
  }

  public RunFinished finish(int code) throws Exception {
    requests.onNext(RunRequest.newBuilder().setExitCode(code).build());
    RunFinished finished = next().getFinished();
    requests.onCompleted();
    return finished;
  }

  private RunResponse next() throws Exception {
    Object answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (answer instanceof RunResponse response) {
      return response;
    }
    throw new AssertionError("no answer: " + answer);
  }

  public void awaitPid(String container) throws Exception {
    await(container, found -> found.isPresent() && found.get().getPid() > 0);
  }

  public void awaitGone(String container) throws Exception {
    await(container, Optional::isEmpty);
  }

  private void await(String id, Predicate<Optional<Container>> condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() < deadline) {
      Optional<Container> found =
          daemon
              .containers()
              .list(ListContainersRequest.getDefaultInstance())
              .getContainersList()
              .stream()
              .filter(container -> container.getId().equals(id))
              .findFirst();
      if (condition.test(found)) {
        return;
      }
      // The question itself takes time; a pause would only add to it.
      Thread.onSpinWait();
    }
    throw new AssertionError("it did not happen to " + id);
  }

  /** Goes away without a word, as a killed command line does. */
  @Override
  public void close() {
    requests.cancel("gone", null);
  }
}
