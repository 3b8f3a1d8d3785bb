package ctrenc.cli.fake;

import ctrenc.proto.v1.DaemonGrpc.DaemonImplBase;
import ctrenc.proto.v1.HandOverRequest;
import ctrenc.proto.v1.HandOverResponse;
import ctrenc.proto.v1.ShutdownRequest;
import ctrenc.proto.v1.ShutdownResponse;
import ctrenc.proto.v1.StatusRequest;
import ctrenc.proto.v1.StatusResponse;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Instant;

final class FakeStatus extends DaemonImplBase {
  private final Path state;
  private final Runnable shutdown;

  FakeStatus(Path state, Runnable shutdown) {
    this.state = state;
    this.shutdown = shutdown;
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> responses) {
    responses.onNext(
        StatusResponse.newBuilder()
            .setVersion("0.1.0")
            .setPid(ProcessHandle.current().pid())
            .setStateDirectory(state.toString())
            .setRunDirectory("/run/ctr-enc")
            .setImages(1)
            .setContainers(2)
            .setRunning(1)
            .setTransport("kernel")
            .setStartedAtMillis(Instant.parse("2026-01-02T03:00:00Z").toEpochMilli())
            .build());
    responses.onCompleted();
  }

  @Override
  public void handOver(HandOverRequest request, StreamObserver<HandOverResponse> responses) {
    responses.onNext(HandOverResponse.newBuilder().putAllEnvironment(System.getenv()).build());
    responses.onCompleted();
    shutdown.run();
  }

  @Override
  public void shutdown(ShutdownRequest request, StreamObserver<ShutdownResponse> responses) {
    responses.onNext(ShutdownResponse.getDefaultInstance());
    responses.onCompleted();
    shutdown.run();
  }
}
