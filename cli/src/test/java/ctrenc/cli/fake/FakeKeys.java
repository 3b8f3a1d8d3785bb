package ctrenc.cli.fake;

import com.google.protobuf.ByteString;
import ctrenc.proto.v1.AddProtectorsRequest;
import ctrenc.proto.v1.HeldProtector;
import ctrenc.proto.v1.Holder;
import ctrenc.proto.v1.KeysGrpc;
import ctrenc.proto.v1.ListProtectorsRequest;
import ctrenc.proto.v1.ListProtectorsResponse;
import ctrenc.proto.v1.LockRequest;
import ctrenc.proto.v1.LockResponse;
import ctrenc.proto.v1.ProtectorGroupInfo;
import ctrenc.proto.v1.RemoveProtectorsRequest;
import ctrenc.proto.v1.UnlockRequest;
import ctrenc.proto.v1.UnlockResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** A root with two ways to open it, which somebody uses. */
final class FakeKeys extends KeysGrpc.KeysImplBase {

  private static final Holder HOLDER =
      Holder.newBuilder().setPid(7).setCommand("sleep").setPath("/run/roots/1/tmp").build();

  private static ListProtectorsResponse.Builder groups() {
    return ListProtectorsResponse.newBuilder()
        .addGroups(ProtectorGroupInfo.newBuilder().addTypes("keyfile"))
        .addGroups(ProtectorGroupInfo.newBuilder().addTypes("machine").addTypes("recovery"));
  }

  private static <T> void answer(StreamObserver<T> observer, T answer) {
    observer.onNext(answer);
    observer.onCompleted();
  }

  @Override
  public void listProtectors(
      ListProtectorsRequest request, StreamObserver<ListProtectorsResponse> observer) {
    answer(observer, groups().build());
  }

  @Override
  public void addProtectors(
      AddProtectorsRequest request, StreamObserver<ListProtectorsResponse> observer) {
    boolean isRecovery =
        request.getGroup().getMembersList().stream().anyMatch(HeldProtector::hasRecoveryKey);
    answer(
        observer,
        groups().setRecoveryKey(ByteString.copyFromUtf8(isRecovery ? "AAAAA-BBBBB" : "")).build());
  }

  @Override
  public void removeProtectors(
      RemoveProtectorsRequest request, StreamObserver<ListProtectorsResponse> observer) {
    if (request.getForce()) {
      answer(observer, groups().build());
    } else {
      observer.onError(
          Status.FAILED_PRECONDITION.withDescription("This is the last way.").asException());
    }
  }

  @Override
  public void lock(LockRequest request, StreamObserver<LockResponse> observer) {
    if (request.getForce()) {
      answer(observer, LockResponse.newBuilder().addHolders(HOLDER).build());
    } else {
      observer.onError(
          Status.FAILED_PRECONDITION.withDescription("The root is in use.").asException());
    }
  }

  @Override
  public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> observer) {
    answer(observer, UnlockResponse.getDefaultInstance());
  }
}
