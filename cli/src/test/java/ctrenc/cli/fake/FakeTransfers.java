package ctrenc.cli.fake;

import com.google.protobuf.ByteString;
import ctrenc.proto.v1.AbandonRestoreRequest;
import ctrenc.proto.v1.AbandonRestoreResponse;
import ctrenc.proto.v1.BeginRestoreRequest;
import ctrenc.proto.v1.BeginRestoreResponse;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ContainerState;
import ctrenc.proto.v1.DropKeptRequest;
import ctrenc.proto.v1.DropKeptResponse;
import ctrenc.proto.v1.ListKeptRequest;
import ctrenc.proto.v1.ListKeptResponse;
import ctrenc.proto.v1.MountViewRequest;
import ctrenc.proto.v1.MountViewResponse;
import ctrenc.proto.v1.ProtectorGroupInfo;
import ctrenc.proto.v1.ReceiveHeader;
import ctrenc.proto.v1.ReceiveProgress;
import ctrenc.proto.v1.ReceiveRequest;
import ctrenc.proto.v1.ReceiveResponse;
import ctrenc.proto.v1.ReceivedRoot;
import ctrenc.proto.v1.SendBegun;
import ctrenc.proto.v1.SendRequest;
import ctrenc.proto.v1.SendResponse;
import ctrenc.proto.v1.TransfersGrpc;
import ctrenc.proto.v1.UnmountViewRequest;
import ctrenc.proto.v1.UnmountViewResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** Streams that say what was asked for. */
final class FakeTransfers extends TransfersGrpc.TransfersImplBase {

  private static final long MADE_AT = 1_767_322_800_000L;
  private static final String KEPT = "5f1b0c9e-0000-4000-8000-000000000001:7";

  @Override
  public void send(SendRequest request, StreamObserver<SendResponse> responses) {
    String source = request.getSource();
    if (source.startsWith("host")) {
      responses.onError(
          Status.FAILED_PRECONDITION
              .withDescription("The root stands on a directory of this machine.")
              .asException());
      return;
    }
    String snapshot = source.contains("@") ? source : source + "@20260102T030000.000Z";
    SendBegun begun =
        SendBegun.newBuilder()
            .setSnapshot(snapshot)
            .setTotal(100)
            .setIncrement(request.getSince().endsWith("@monday"))
            .setNested(request.getRecursive() ? 2 : 0)
            .setSnapshots(request.getSnapshots() ? 3 : 0)
            .setHead(source.contains("@") ? "" : Samples.HEAD)
            .build();
    responses.onNext(SendResponse.newBuilder().setBegun(begun).build());
    responses.onNext(
        SendResponse.newBuilder()
            .setData(ByteString.copyFromUtf8(called(request, snapshot)))
            .build());
    responses.onCompleted();
  }

  private static String called(SendRequest request, String snapshot) {
    return (request.getArchive() ? "backup" : "stream")
        + " of "
        + snapshot
        + (request.getSince().isEmpty() ? "" : " since " + request.getSince())
        + (request.getRecursive() ? " with what is nested" : "")
        + (request.getSnapshots() ? " with earlier ones" : "")
        + (request.getResume().isEmpty() ? "" : " from " + request.getResume())
        + "\n";
  }

  @Override
  public void mountView(MountViewRequest request, StreamObserver<MountViewResponse> responses) {
    String source = request.getSource();
    String snapshot = source.contains("@") ? source : source + "@20260102T030000.000Z";
    String path = request.getPath().isEmpty() ? "/run/ctr-enc/mounts/view" : request.getPath();
    responses.onNext(
        MountViewResponse.newBuilder()
            .setSnapshot(snapshot)
            .setPath(path)
            .setLeftOut(request.getRecursive() ? 0 : 2)
            .build());
    responses.onCompleted();
  }

  @Override
  public void unmountView(
      UnmountViewRequest request, StreamObserver<UnmountViewResponse> responses) {
    responses.onNext(UnmountViewResponse.getDefaultInstance());
    responses.onCompleted();
  }

  @Override
  public void beginRestore(
      BeginRestoreRequest request, StreamObserver<BeginRestoreResponse> responses) {
    String path = "/var/lib/ctr-enc/restoring/" + request.getName();
    responses.onNext(BeginRestoreResponse.newBuilder().setPath(path).build());
    responses.onCompleted();
  }

  @Override
  public void abandonRestore(
      AbandonRestoreRequest request, StreamObserver<AbandonRestoreResponse> responses) {
    responses.onError(
        Status.NOT_FOUND
            .withDescription("No restore of " + request.getName() + " was begun.")
            .asException());
  }

  @Override
  public void listKept(ListKeptRequest request, StreamObserver<ListKeptResponse> responses) {
    responses.onNext(ListKeptResponse.newBuilder().addPoints(KEPT).build());
    responses.onCompleted();
  }

  @Override
  public void dropKept(DropKeptRequest request, StreamObserver<DropKeptResponse> responses) {
    if (!request.getPoint().equals(KEPT)) {
      responses.onError(
          Status.NOT_FOUND.withDescription("Nothing is kept of that stream.").asException());
      return;
    }
    responses.onNext(DropKeptResponse.getDefaultInstance());
    responses.onCompleted();
  }

  @Override
  public StreamObserver<ReceiveRequest> receive(StreamObserver<ReceiveResponse> responses) {
    return new Receiving(responses);
  }

  /** Of a backup, what was asked for too. */
  private static String called(ReceiveHeader header) {
    return header.getArchive()
        ? header.getName()
            + " of "
            + String.join(" ", header.getOnlyList())
            + (header.getPart() ? " in a part" : "")
        : header.getName();
  }

  private static ReceivedRoot received(String name) {
    return ReceivedRoot.newBuilder()
        .setContainer(
            Container.newBuilder()
                .setId("c0de")
                .setName(name)
                .setKeep(true)
                .setState(ContainerState.CONTAINER_STATE_LOCKED)
                .setCreatedAtMillis(MADE_AT))
        .setSnapshot("tuesday")
        .setNested(name.equals("tree") ? 2 : 0)
        .setSnapshots(name.equals("tree") ? 3 : 0)
        .addGroups(ProtectorGroupInfo.newBuilder().addTypes("machine"))
        .build();
  }

  /** One call: what came is told back. */
  private static final class Receiving implements StreamObserver<ReceiveRequest> {
    private final StreamObserver<ReceiveResponse> responses;

    private String name = "";
    private long bytes;

    Receiving(StreamObserver<ReceiveResponse> responses) {
      this.responses = responses;
    }

    @Override
    public void onNext(ReceiveRequest request) {
      if (request.hasHeader()) {
        name = called(request.getHeader());
      }
      bytes += request.getData().size();
    }

    @Override
    public void onError(Throwable failure) {
      bytes = 0;
    }

    @Override
    public void onCompleted() {
      if (name.equals("cut")) {
        responses.onError(
            Status.INVALID_ARGUMENT
                .withDescription("The stream was cut before its end; send it again.")
                .asException());
        return;
      }
      responses.onNext(
          ReceiveResponse.newBuilder()
              .setProgress(ReceiveProgress.newBuilder().setDone(bytes))
              .build());
      responses.onNext(ReceiveResponse.newBuilder().setReceived(received(name)).build());
      responses.onCompleted();
    }
  }
}
