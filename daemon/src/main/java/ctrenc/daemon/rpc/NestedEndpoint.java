package ctrenc.daemon.rpc;

import ctrenc.daemon.nested.NestedContainers;
import ctrenc.daemon.nested.NestedKeys;
import ctrenc.daemon.nested.NestedQuotas;
import ctrenc.daemon.nested.NestedScope;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.proto.v1.AddProtectorsRequest;
import ctrenc.proto.v1.ListContainersRequest;
import ctrenc.proto.v1.ListContainersResponse;
import ctrenc.proto.v1.ListProtectorsRequest;
import ctrenc.proto.v1.ListProtectorsResponse;
import ctrenc.proto.v1.LockRequest;
import ctrenc.proto.v1.LockResponse;
import ctrenc.proto.v1.NestedGrpc;
import ctrenc.proto.v1.NestedVersionRequest;
import ctrenc.proto.v1.NestedVersionResponse;
import ctrenc.proto.v1.QuotaRequest;
import ctrenc.proto.v1.QuotaResponse;
import ctrenc.proto.v1.RemoveProtectorsRequest;
import ctrenc.proto.v1.RunRequest;
import ctrenc.proto.v1.RunResponse;
import ctrenc.proto.v1.UnlockRequest;
import ctrenc.proto.v1.UnlockResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;

/** The service ctrenc.v1.Nested, for the processes of one container. */
public final class NestedEndpoint extends NestedGrpc.NestedImplBase {

  private final NestedScope scope;
  private final String version;
  private final NestedKeys keys;
  private final NestedQuotas quotas;

  private NestedEndpoint(NestedScope scope, String version, NestedKeys keys, NestedQuotas quotas) {
    this.scope = scope;
    this.version = version;
    this.keys = keys;
    this.quotas = quotas;
  }

  /** How each container's socket answers. */
  public static NestedContainers.Listening listening(
      String version, NestedKeys keys, NestedQuotas quotas) {
    return (socket, scope) ->
        UnixServer.startOpen(
            socket,
            new NestedAuthorization(scope),
            List.of(new NestedEndpoint(scope, version, keys, quotas)));
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

  /** What a path leads to, if it belongs to who calls. */
  private NestedKeys.Owned owned(PeerCredentials peer, String path) throws IOException {
    return scope.owned(path, peer.uid());
  }

  @Override
  public void listProtectors(
      ListProtectorsRequest request, StreamObserver<ListProtectorsResponse> observer) {
    PeerCredentials peer = NestedAuthorization.PEER.get();
    Answer.with(observer, () -> keys.list(owned(peer, request.getReference())));
  }

  @Override
  public void addProtectors(
      AddProtectorsRequest request, StreamObserver<ListProtectorsResponse> observer) {
    PeerCredentials peer = NestedAuthorization.PEER.get();
    Answer.with(observer, () -> keys.add(owned(peer, request.getReference()), request));
  }

  @Override
  public void removeProtectors(
      RemoveProtectorsRequest request, StreamObserver<ListProtectorsResponse> observer) {
    PeerCredentials peer = NestedAuthorization.PEER.get();
    Answer.with(observer, () -> keys.remove(owned(peer, request.getReference()), request));
  }

  @Override
  public void quota(QuotaRequest request, StreamObserver<QuotaResponse> observer) {
    PeerCredentials peer = NestedAuthorization.PEER.get();
    Answer.with(observer, () -> quotas.quota(owned(peer, request.getReference()), request));
  }

  @Override
  public void lock(LockRequest request, StreamObserver<LockResponse> observer) {
    PeerCredentials peer = NestedAuthorization.PEER.get();
    Answer.with(observer, () -> keys.lock(owned(peer, request.getReference()), request));
  }

  @Override
  public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> observer) {
    PeerCredentials peer = NestedAuthorization.PEER.get();
    Answer.with(
        observer,
        () -> {
          keys.unlock(owned(peer, request.getReference()), request);
          return UnlockResponse.getDefaultInstance();
        });
  }
}
