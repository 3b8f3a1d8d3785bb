package ctrenc.daemon.rpc;

import ctrenc.daemon.nested.NestedContainers;
import ctrenc.daemon.nested.NestedScope;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.proto.v1.ListContainersRequest;
import ctrenc.proto.v1.ListContainersResponse;
import ctrenc.proto.v1.NestedGrpc;
import ctrenc.proto.v1.NestedVersionRequest;
import ctrenc.proto.v1.NestedVersionResponse;
import ctrenc.proto.v1.RunRequest;
import ctrenc.proto.v1.RunResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;

/** The service ctrenc.v1.Nested, for the processes of one container. */
public final class NestedEndpoint extends NestedGrpc.NestedImplBase {

  private final NestedScope scope;
  private final String version;

  private NestedEndpoint(NestedScope scope, String version) {
    this.scope = scope;
    this.version = version;
  }

  /** How each container's socket answers. */
  public static NestedContainers.Listening listening(String version) {
    return (socket, scope) ->
        UnixServer.startOpen(
            socket, new NestedAuthorization(scope), List.of(new NestedEndpoint(scope, version)));
  }

  @Override
  public StreamObserver<RunRequest> run(StreamObserver<RunResponse> observer) {
    PeerCredentials peer = NestedAuthorization.PEER.get();
    return new RunConversation(
        request -> {
          if (request.hasStart()) {
            return scope.run(request.getStart(), peer.pid(), peer.uid());
          }
          if (request.getExisting().hasProcess()) {
            throw RefusedException.invalid("Inside a container each run is on a root of its own.");
          }
          return scope.goOn(request.getExisting().getReference(), peer.uid());
        },
        (ServerCallStreamObserver<RunResponse>) observer);
  }

  @Override
  public void list(ListContainersRequest request, StreamObserver<ListContainersResponse> observer) {
    Answer.with(
        observer, () -> ListContainersResponse.newBuilder().addAllContainers(scope.list()).build());
  }

  @Override
  public void version(
      NestedVersionRequest request, StreamObserver<NestedVersionResponse> observer) {
    Answer.with(observer, () -> NestedVersionResponse.newBuilder().setVersion(version).build());
  }
}
