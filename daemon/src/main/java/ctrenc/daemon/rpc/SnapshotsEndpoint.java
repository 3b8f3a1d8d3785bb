package ctrenc.daemon.rpc;

import ctrenc.daemon.container.Containers;
import ctrenc.proto.v1.CreateSnapshotRequest;
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
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.Optional;

/** The service ctrenc.v1.Snapshots. */
public final class SnapshotsEndpoint extends SnapshotsGrpc.SnapshotsImplBase {

  private final Containers containers;

  public SnapshotsEndpoint(Containers containers) {
    this.containers = containers;
  }

  @Override
  public void create(CreateSnapshotRequest request, StreamObserver<Snapshot> observer) {
    Answer.with(
        observer, () -> containers.moves().snapshot(request.getContainer(), request.getName()));
  }

  @Override
  public void list(ListSnapshotsRequest request, StreamObserver<ListSnapshotsResponse> observer) {
    Answer.with(
        observer,
        () ->
            ListSnapshotsResponse.newBuilder()
                .addAllSnapshots(containers.moves().list(request.getContainer()))
                .build());
  }

  @Override
  public void remove(SnapshotRequest request, StreamObserver<Snapshot> observer) {
    Answer.with(observer, () -> containers.moves().remove(request.getReference()));
  }

  @Override
  public void mount(MountSnapshotRequest request, StreamObserver<MountSnapshotResponse> observer) {
    Optional<Path> target =
        request.getPath().isEmpty() ? Optional.empty() : Optional.of(Path.of(request.getPath()));
    Answer.with(
        observer,
        () ->
            MountSnapshotResponse.newBuilder()
                .setPath(containers.moves().mount(request.getReference(), target).toString())
                .build());
  }

  @Override
  public void unmount(SnapshotRequest request, StreamObserver<Snapshot> observer) {
    Answer.with(observer, () -> containers.moves().unmount(request.getReference()));
  }

  @Override
  public void fork(ForkRequest request, StreamObserver<ForkResponse> observer) {
    Answer.with(
        observer,
        () ->
            ForkResponse.newBuilder()
                .setContainer(
                    containers.fork(request.getSource(), request.getName(), request.getKeep()))
                .build());
  }

  @Override
  public void rotate(RotateRequest request, StreamObserver<RotateResponse> observer) {
    Answer.with(
        observer,
        () ->
            RotateResponse.newBuilder()
                .setContainer(containers.rotate(request.getContainer()))
                .build());
  }
}
