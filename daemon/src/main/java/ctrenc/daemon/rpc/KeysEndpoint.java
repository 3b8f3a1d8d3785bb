package ctrenc.daemon.rpc;

import ctrenc.daemon.container.ContainerKeys;
import ctrenc.daemon.container.ContainerLocks;
import ctrenc.daemon.key.Holders;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.Head;
import ctrenc.overlay.subvolume.HeadDemand;
import ctrenc.proto.v1.AddProtectorsRequest;
import ctrenc.proto.v1.Holder;
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
import java.util.Optional;

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
    Answer.with(
        observer,
        () -> {
          ContainerLocks.Locked locked = lockOne(request);
          LockResponse.Builder answer = LockResponse.newBuilder();
          locked.holders().forEach(holder -> answer.addHolders(message(holder)));
          locked.head().head().ifPresent(head -> answer.setHead(head.toString()));
          return answer.setHeadProblem(locked.head().problem()).build();
        });
  }

  private ContainerLocks.Locked lockOne(LockRequest request) throws IOException {
    String reference = request.getReference();
    if (request.getSubvolume().isEmpty()) {
      return locks.lock(reference, request.getForce(), request.getStrict());
    }
    requireOfRoot(request.getStrict());
    return locks.nested().lock(reference, request.getSubvolume(), request.getForce());
  }

  private static void requireOfRoot(boolean isStrictNamed) throws RefusedException {
    if (isStrictNamed) {
      throw RefusedException.invalid(
          "A root is strict, with all that is nested in it: say it without --subvolume.");
    }
  }

  private static Holder message(Holders.Holder holder) {
    return Holder.newBuilder()
        .setPid(holder.pid())
        .setCommand(holder.command())
        .setPath(holder.path())
        .build();
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
                demand(request),
                request.getNotStrict());
          } else {
            requireOfRoot(request.getNotStrict());
            locks
                .nested()
                .unlock(
                    request.getReference(),
                    request.getSubvolume(),
                    request.getHeldList(),
                    demand(request));
          }
          return UnlockResponse.getDefaultInstance();
        });
  }

  private static HeadDemand demand(UnlockRequest request) throws RefusedException {
    if (request.getHead().isEmpty()) {
      return new HeadDemand(Optional.empty(), request.getAcceptRollback());
    }
    Optional<Head> head = Head.parse(request.getHead());
    if (head.isEmpty()) {
      throw RefusedException.invalid(
          "This is no HEAD: one is 32 hexadecimal digits, a dash and 4 more, and one of them is wrong.");
    }
    return new HeadDemand(head, request.getAcceptRollback());
  }
}
