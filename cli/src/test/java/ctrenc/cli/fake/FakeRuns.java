package ctrenc.cli.fake;

import ctrenc.proto.v1.Command;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.ProcessSpec;
import ctrenc.proto.v1.RunFinished;
import ctrenc.proto.v1.RunRequest;
import ctrenc.proto.v1.RunResponse;
import ctrenc.proto.v1.RunStarted;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The daemon's side of runs. What callers did is kept in order: their specs, and how they ended
 * ("exit N", or "gone" where the call was cut).
 */
public final class FakeRuns {
  private static final String RUNTIME_LOG = "/tmp/ctr-enc-fake-runtime-%d.log";

  private final BlockingQueue<ContainerSpec> specs = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

  public BlockingQueue<ContainerSpec> specs() {
    return specs;
  }

  public BlockingQueue<String> ends() {
    return ends;
  }

  StreamObserver<RunRequest> begin(StreamObserver<RunResponse> responses) {
    return new Run(responses);
  }

  /** A command that begins with "fail:" ends as runc does when it cannot start what follows. */
  static Command command(ProcessSpec process) {
    String first = process.getArgs(0);
    Command.Builder command =
        Command.newBuilder().addAllEnv(process.getEnvList()).addEnv("PATH=/usr/bin:/bin");
    if (!first.startsWith("fail:")) {
      return command.addAllArgv(process.getArgsList()).build();
    }
    String log = RUNTIME_LOG.formatted(ProcessHandle.current().pid());
    String entry = "{\"level\":\"error\",\"msg\":\"runc run failed: %s\"}";
    return command
        .addArgv("/bin/sh")
        .addArgv("-c")
        .addArgv("printf '%s\\n' \"$1\" >\"$2\"; exit 1")
        .addArgv("sh")
        .addArgv(entry.formatted(first.substring("fail:".length()).replace("\"", "\\\"")))
        .addArgv(log)
        .setLog(log)
        .build();
  }

  private final class Run implements StreamObserver<RunRequest> {
    private final StreamObserver<RunResponse> responses;
    private boolean failed;
    private ContainerSpec spec = ContainerSpec.getDefaultInstance();

    Run(StreamObserver<RunResponse> responses) {
      this.responses = responses;
    }

    @Override
    public void onNext(RunRequest request) {
      switch (request.getPartCase()) {
        case START -> start(request.getStart());
        case EXISTING ->
            start(
                ContainerSpec.newBuilder()
                    .setName(request.getExisting().getReference())
                    .setProcess(request.getExisting().getProcess())
                    .build());
        case EXIT_CODE -> end(request.getExitCode());
        case PART_NOT_SET -> responses.onError(Status.INVALID_ARGUMENT.asException());
      }
    }

    private void start(ContainerSpec wanted) {
      spec = wanted;
      specs.add(wanted);
      if (wanted.getBase().getImage().equals("absent")) {
        responses.onError(
            Status.NOT_FOUND
                .withDescription(
                    "there is no image 'absent': import it with 'ctr-enc image import'")
                .asException());
        return;
      }
      if (wanted.getBase().getImage().equals("never")) {
        return; // A daemon that is busy for longer than the caller has patience.
      }
      responses.onNext(
          RunResponse.newBuilder()
              .setStarted(
                  RunStarted.newBuilder()
                      .setContainer(FakeContainers.container("running", "debian"))
                      .setCommand(command(wanted.getProcess())))
              .build());
    }

    private void end(int code) {
      ends.add("exit " + code);
      if (spec.getName().equals("lost")) {
        failed = true;
        responses.onError(Status.UNAVAILABLE.withDescription("the store is closing").asException());
        return;
      }
      responses.onNext(
          RunResponse.newBuilder()
              .setFinished(RunFinished.newBuilder().setRemoved(spec.getRemove()))
              .build());
    }

    @Override
    public void onError(Throwable cause) {
      ends.add("gone");
    }

    @Override
    public void onCompleted() {
      if (!failed) {
        responses.onCompleted();
      }
    }
  }
}
