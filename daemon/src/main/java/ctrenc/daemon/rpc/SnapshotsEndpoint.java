package ctrenc.daemon.rpc;

import ctrenc.daemon.container.Containers;
import ctrenc.daemon.container.RootFlattens;
import ctrenc.daemon.refusal.RefusedException;
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
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

/** The service ctrenc.v1.Snapshots. */
public final class SnapshotsEndpoint extends SnapshotsGrpc.SnapshotsImplBase {

  /** How often who follows a flattening is told. */
  private static final Duration STEP = Duration.ofMillis(250);

  private final Containers containers;
  private final Executor streams;

  /** {@code streams} runs answers of many parts; each takes a thread until it ends. */
  public SnapshotsEndpoint(Containers containers, Executor streams) {
    this.containers = containers;
    this.streams = streams;
  }

  @Override
  public void create(CreateSnapshotRequest request, StreamObserver<Snapshot> observer) {
    Answer.with(
        observer,
        () ->
            containers
                .moves()
                .snapshot(request.getContainer(), request.getName(), request.getRecursive()));
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

  @Override
  public void flatten(FlattenRequest request, StreamObserver<Flattening> observer) {
    RootFlattens flattens = containers.flattens();
    String container = request.getContainer();
    Answer.with(
        observer,
        () ->
            switch (request.getAction()) {
              case ACTION_START -> flattens.start(container, request.getWithBase());
              case ACTION_PAUSE -> flattens.pause(container);
              case ACTION_RESUME -> flattens.resume(container);
              case ACTION_CANCEL -> flattens.cancel(container);
              case ACTION_UNSPECIFIED, UNRECOGNIZED ->
                  throw RefusedException.invalid("The request does not say what to do.");
            });
  }

  @Override
  public void followFlatten(FollowFlattenRequest request, StreamObserver<Flattening> observer) {
    new StreamedAnswer<>((ServerCallStreamObserver<Flattening>) observer)
        .write(streams, answer -> follow(request.getContainer(), answer));
  }

  private void follow(String container, StreamedAnswer<Flattening> answer)
      throws IOException, InterruptedException {
    Flattening now = containers.flattens().await(container, Duration.ZERO);
    boolean isFollowed = answer.send(now);
    while (isFollowed && now.getState() == Flattening.State.STATE_RUNNING) {
      now = containers.flattens().await(container, STEP);
      isFollowed = answer.send(now);
    }
  }
}
