package ctrenc.daemon.rpc;

import ctrenc.daemon.container.ContainerKeys;
import ctrenc.daemon.container.ContainerLocks;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.proto.v1.AddProtectorsRequest;
import ctrenc.proto.v1.KeysGrpc;
import ctrenc.proto.v1.ListProtectorsRequest;
import ctrenc.proto.v1.ListProtectorsResponse;
import ctrenc.proto.v1.LockRequest;
import ctrenc.proto.v1.LockResponse;
import ctrenc.proto.v1.RemoveProtectorsRequest;
import ctrenc.proto.v1.UnlockRequest;
import ctrenc.proto.v1.UnlockResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.function.UnaryOperator;

/** The service ctrenc.v1.Keys. */
public final class KeysEndpoint extends KeysGrpc.KeysImplBase {

  private final ContainerKeys keys;
  private final ContainerLocks locks;

  public KeysEndpoint(ContainerKeys keys, ContainerLocks locks) {
    this.keys = keys;
    this.locks = locks;
  }

  @Override
  public void listProtectors(
      ListProtectorsRequest request, StreamObserver<ListProtectorsResponse> observer) {
    Answer.with(observer, () -> keys.list(request.getReference(), request.getSubvolume()));
  }

  @Override
  public void addProtectors(
      AddProtectorsRequest request, StreamObserver<ListProtectorsResponse> observer) {
    Answer.with(observer, () -> keys.add(request));
  }

  @Override
  public void removeProtectors(
      RemoveProtectorsRequest request, StreamObserver<ListProtectorsResponse> observer) {
    Answer.with(observer, () -> keys.remove(request));
  }

  @Override
  public void lock(LockRequest request, StreamObserver<LockResponse> observer) {
    Answer.with(observer, () -> lockOne(request).message());
  }

  private ContainerLocks.Locked lockOne(LockRequest request) throws IOException {
    String reference = request.getReference();
    if (request.getSubvolume().isEmpty()) {
      return locks.lock(reference, request.getForce(), request.getStrict());
    }
    requireOfRoot(request.getStrict());
    return locks
        .nested()
        .lock(reference, request.getSubvolume(), request.getForce(), UnaryOperator.identity());
  }

  private static void requireOfRoot(boolean isStrictNamed) throws RefusedException {
    if (isStrictNamed) {
      throw RefusedException.invalid(
          "A root is strict, with all that is nested in it: say it without --subvolume.");
    }
  }

  @Override
  public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> observer) {
    Answer.with(
        observer,
        () -> {
          if (request.getSubvolume().isEmpty()) {
            locks.unlock(
                request.getReference(),
                request.getHeldList(),
                ContainerLocks.demand(request),
                request.getNotStrict());
          } else {
            requireOfRoot(request.getNotStrict());
            locks
                .nested()
                .unlock(
                    request.getReference(),
                    request.getSubvolume(),
                    request.getHeldList(),
                    ContainerLocks.demand(request));
          }
          return UnlockResponse.getDefaultInstance();
        });
  }
}
