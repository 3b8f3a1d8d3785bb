package ctrenc.daemon.rpc;

import ctrenc.daemon.health.DaemonStatus;
import ctrenc.proto.v1.DaemonGrpc;
import ctrenc.proto.v1.ShutdownRequest;
import ctrenc.proto.v1.ShutdownResponse;
import ctrenc.proto.v1.StatusRequest;
import ctrenc.proto.v1.StatusResponse;
import io.grpc.stub.StreamObserver;

/** The service ctrenc.v1.Daemon. */
public final class DaemonEndpoint extends DaemonGrpc.DaemonImplBase {

  private final DaemonStatus status;
  private final Runnable end;

  /** {@code end} asks for the end of the process, and returns at once. */
  public DaemonEndpoint(DaemonStatus status, Runnable end) {
    this.status = status;
    this.end = end;
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
    Answer.with(observer, status::now);
  }

  @Override
  public void shutdown(ShutdownRequest request, StreamObserver<ShutdownResponse> observer) {
    Answer.with(
        observer,
        () -> {
          if (!request.getForce()) {
            status.requireIdle();
          }
          return ShutdownResponse.getDefaultInstance();
        });
    end.run();
  }
}
