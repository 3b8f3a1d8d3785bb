package ctrenc.daemon.rpc;

import ctrenc.daemon.health.DaemonStatus;
import ctrenc.daemon.health.Handover;
import ctrenc.daemon.health.ProcessEnd;
import ctrenc.proto.v1.DaemonGrpc;
import ctrenc.proto.v1.HandOverRequest;
import ctrenc.proto.v1.HandOverResponse;
import ctrenc.proto.v1.ShutdownRequest;
import ctrenc.proto.v1.ShutdownResponse;
import ctrenc.proto.v1.StatusRequest;
import ctrenc.proto.v1.StatusResponse;
import io.grpc.stub.StreamObserver;

/** The service ctrenc.v1.Daemon. */
public final class DaemonEndpoint extends DaemonGrpc.DaemonImplBase {

  private final DaemonStatus status;
  private final Handover handover;
  private final ProcessEnd end;

  public DaemonEndpoint(DaemonStatus status, Handover handover, ProcessEnd end) {
    this.status = status;
    this.handover = handover;
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
    end.stop();
  }

  @Override
  public void handOver(HandOverRequest request, StreamObserver<HandOverResponse> observer) {
    boolean[] isKept = {false};
    Answer.with(
        observer,
        () -> {
          isKept[0] = handover.require();
          return HandOverResponse.newBuilder()
              .putAllEnvironment(System.getenv())
              .setManaged(end.isManaged())
              .build();
        });
    if (isKept[0] || end.isManaged()) {
      end.handOver();
    } else {
      end.stop();
    }
  }
}
