package ctrenc.daemon.rpc;

import ctrenc.daemon.container.ContainerKeys;
import ctrenc.daemon.container.ContainerLocks;
import ctrenc.daemon.key.Holders;
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
import java.util.List;

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
          LockResponse.Builder answer = LockResponse.newBuilder();
          lockOne(request).forEach(holder -> answer.addHolders(message(holder)));
          return answer.build();
        });
  }

  private List<Holders.Holder> lockOne(LockRequest request) throws IOException {
    return request.getSubvolume().isEmpty()
        ? locks.lock(request.getReference(), request.getForce())
        : locks.lockNested(request.getReference(), request.getSubvolume(), request.getForce());
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
            locks.unlock(request.getReference(), request.getHeldList());
          } else {
            locks.unlockNested(
                request.getReference(), request.getSubvolume(), request.getHeldList());
          }
          return UnlockResponse.getDefaultInstance();
        });
  }
}
