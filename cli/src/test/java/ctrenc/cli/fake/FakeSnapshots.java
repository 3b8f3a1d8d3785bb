package ctrenc.cli.fake;

import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.CreateSnapshotRequest;
import ctrenc.proto.v1.FlattenRequest;
import ctrenc.proto.v1.Flattening;
import ctrenc.proto.v1.FollowFlattenRequest;
import ctrenc.proto.v1.ForkRequest;
import ctrenc.proto.v1.ForkResponse;
import ctrenc.proto.v1.ListSnapshotsRequest;
import ctrenc.proto.v1.ListSnapshotsResponse;
import ctrenc.proto.v1.MountSnapshotRequest;
import ctrenc.proto.v1.MountSnapshotResponse;
import ctrenc.proto.v1.RotateRequest;
import ctrenc.proto.v1.RotateResponse;
import ctrenc.proto.v1.Snapshot;
import ctrenc.proto.v1.SnapshotRequest;
import ctrenc.proto.v1.SnapshotsGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.LinkedHashMap;
import java.util.Map;

/** Answers for snapshots of the container 'web', of which there is one. */
final class FakeSnapshots extends SnapshotsGrpc.SnapshotsImplBase {

  private final Map<String, Snapshot> snapshots = new LinkedHashMap<>();

  FakeSnapshots() {
    add("monday", 0);
  }

  private Snapshot add(String name, int nested) {
    Snapshot made =
        Snapshot.newBuilder()
            .setId("00000000-0000-0000-0000-%012x".formatted(name.hashCode()))
            .setName(name)
            .setContainer("web")
            .setContainerId("c0de000000000000000000000001cb54")
            .setNested(nested)
            .setCreatedAtMillis(FakeContainers.CREATED.toEpochMilli())
            .build();
    snapshots.put("web@" + name, made);
    return made;
  }

  @Override
  public synchronized void create(
      CreateSnapshotRequest request, StreamObserver<Snapshot> responses) {
    String name = request.getName().isEmpty() ? "20260102T030000.000Z" : request.getName();
    Snapshot made = add(name, request.getRecursive() ? 2 : 0);
    answer(responses, made.toBuilder().setHead(Samples.HEAD).build());
  }

  @Override
  public synchronized void list(
      ListSnapshotsRequest request, StreamObserver<ListSnapshotsResponse> responses) {
    answer(
        responses, ListSnapshotsResponse.newBuilder().addAllSnapshots(snapshots.values()).build());
  }

  @Override
  public synchronized void remove(SnapshotRequest request, StreamObserver<Snapshot> responses) {
    Snapshot removed = snapshots.remove(request.getReference());
    if (removed == null) {
      responses.onError(
          Status.NOT_FOUND
              .withDescription(
                  "there is no snapshot '%s': see 'ctr-enc snapshot ls'"
                      .formatted(request.getReference()))
              .asException());
      return;
    }
    answer(
        responses,
        removed.toBuilder()
            .setLost(Samples.lostKeys().toBuilder().clearSubvolumes().clearShared())
            .build());
  }

  @Override
  public void mount(MountSnapshotRequest request, StreamObserver<MountSnapshotResponse> responses) {
    String path =
        request.getPath().isEmpty()
            ? "/run/ctr-enc/mounts/" + request.getReference()
            : request.getPath();
    answer(responses, MountSnapshotResponse.newBuilder().setPath(path).build());
  }

  @Override
  public synchronized void unmount(SnapshotRequest request, StreamObserver<Snapshot> responses) {
    answer(responses, snapshots.getOrDefault(request.getReference(), add("other", 0)));
  }

  @Override
  public void fork(ForkRequest request, StreamObserver<ForkResponse> responses) {
    Container made =
        FakeContainers.container(request.getName(), "debian").setKeep(request.getKeep()).build();
    answer(responses, ForkResponse.newBuilder().setContainer(made).build());
  }

  @Override
  public void rotate(RotateRequest request, StreamObserver<RotateResponse> responses) {
    Container rotated = FakeContainers.container(request.getContainer(), "debian").build();
    answer(responses, RotateResponse.newBuilder().setContainer(rotated).build());
  }

  @Override
  public void flatten(FlattenRequest request, StreamObserver<Flattening> responses) {
    Flattening.State state =
        switch (request.getAction()) {
          case ACTION_PAUSE -> Flattening.State.STATE_PAUSED;
          case ACTION_CANCEL -> Flattening.State.STATE_CANCELLED;
          default -> Flattening.State.STATE_RUNNING;
        };
    answer(responses, flattening(request.getContainer(), state));
  }

  @Override
  public void followFlatten(FollowFlattenRequest request, StreamObserver<Flattening> responses) {
    String container = request.getContainer();
    responses.onNext(flattening(container, Flattening.State.STATE_RUNNING));
    boolean isFull = container.equals("full");
    Flattening last =
        flattening(container, isFull ? Flattening.State.STATE_FAILED : Flattening.State.STATE_DONE);
    answer(responses, last);
  }

  private static Flattening flattening(String container, Flattening.State state) {
    boolean isDone = state == Flattening.State.STATE_DONE;
    return Flattening.newBuilder()
        .setContainer(container)
        .setState(state)
        .setObjects(isDone ? 20 : 3)
        .setBytes(isDone ? 5 << 20 : 1 << 20)
        .setStoredBytes(8 << 20)
        .setReclaimedBytes(isDone ? 3 << 20 : 0)
        .setProblem(
            state == Flattening.State.STATE_FAILED ? "There is no space left on the disk." : "")
        .build();
  }

  private static <A> void answer(StreamObserver<A> responses, A answer) {
    responses.onNext(answer);
    responses.onCompleted();
  }
}
