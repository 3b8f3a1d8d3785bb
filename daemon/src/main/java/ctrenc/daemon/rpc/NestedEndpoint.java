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

  NestedEndpoint(NestedScope scope, String version, NestedKeys keys, NestedQuotas quotas) {
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
            scope.bounds().connections(),
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
        observer,
        () ->
            scope
                .bounds()
                .turns()
                .take(
                    () ->
                        ListContainersResponse.newBuilder()
                            .addAllContainers(scope.list())
                            .build()));
  }

  /** Without a turn: the answer is at hand. */
  @Override
  public void version(
      NestedVersionRequest request, StreamObserver<NestedVersionResponse> observer) {
    Answer.with(observer, () -> NestedVersionResponse.newBuilder().setVersion(version).build());
  }

  /** What is asked of a nested subvolume. */
  @FunctionalInterface
  private interface Asked<R> {
    R of(NestedKeys.Owned subvolume) throws IOException;
  }

  /**
   * Answers, in the container's turn, what is asked of what a path leads to and the caller owns.
   */
  private <R> void inTurn(StreamObserver<R> observer, String path, Asked<R> asked) {
    PeerCredentials peer = NestedAuthorization.PEER.get();
    Answer.with(
        observer, () -> scope.bounds().turns().take(() -> asked.of(scope.owned(path, peer.uid()))));
  }

  @Override
  public void listProtectors(
      ListProtectorsRequest request, StreamObserver<ListProtectorsResponse> observer) {
    inTurn(observer, request.getReference(), keys::list);
  }

  @Override
  public void addProtectors(
      AddProtectorsRequest request, StreamObserver<ListProtectorsResponse> observer) {
    inTurn(observer, request.getReference(), owned -> keys.add(owned, request));
  }

  @Override
  public void removeProtectors(
      RemoveProtectorsRequest request, StreamObserver<ListProtectorsResponse> observer) {
    inTurn(observer, request.getReference(), owned -> keys.remove(owned, request));
  }

  @Override
  public void quota(QuotaRequest request, StreamObserver<QuotaResponse> observer) {
    inTurn(observer, request.getReference(), owned -> quotas.quota(owned, request));
  }

  @Override
  public void lock(LockRequest request, StreamObserver<LockResponse> observer) {
    inTurn(observer, request.getReference(), owned -> keys.lock(owned, request));
  }

  @Override
  public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> observer) {
    inTurn(
        observer,
        request.getReference(),
        owned -> {
          keys.unlock(owned, request);
          return UnlockResponse.getDefaultInstance();
        });
  }
}
