package ctrenc.daemon.rpc;

import com.google.protobuf.Empty;
import com.google.protobuf.Timestamp;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.daemon.snapshotter.HostMount;
import ctrenc.daemon.snapshotter.Snapshot;
import ctrenc.daemon.snapshotter.Snapshotter;
import ctrenc.daemon.snapshotter.filter.Filter;
import ctrenc.daemon.snapshotter.filter.FilterSyntaxException;
import ctrenc.proto.containerd.CleanupRequest;
import ctrenc.proto.containerd.CommitSnapshotRequest;
import ctrenc.proto.containerd.Info;
import ctrenc.proto.containerd.Kind;
import ctrenc.proto.containerd.ListSnapshotsRequest;
import ctrenc.proto.containerd.ListSnapshotsResponse;
import ctrenc.proto.containerd.Mount;
import ctrenc.proto.containerd.MountsRequest;
import ctrenc.proto.containerd.MountsResponse;
import ctrenc.proto.containerd.PrepareSnapshotRequest;
import ctrenc.proto.containerd.PrepareSnapshotResponse;
import ctrenc.proto.containerd.RemoveSnapshotRequest;
import ctrenc.proto.containerd.SnapshotsGrpc;
import ctrenc.proto.containerd.StatSnapshotRequest;
import ctrenc.proto.containerd.StatSnapshotResponse;
import ctrenc.proto.containerd.UpdateSnapshotRequest;
import ctrenc.proto.containerd.UpdateSnapshotResponse;
import ctrenc.proto.containerd.UsageRequest;
import ctrenc.proto.containerd.UsageResponse;
import ctrenc.proto.containerd.ViewSnapshotRequest;
import ctrenc.proto.containerd.ViewSnapshotResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** The service containerd.services.snapshots.v1.Snapshots. */
public final class ContainerdSnapshotsEndpoint extends SnapshotsGrpc.SnapshotsImplBase {

  /** Snapshots in one part of a list. */
  private static final int PAGE = 100;

  private final Snapshotter snapshotter;

  public ContainerdSnapshotsEndpoint(Snapshotter snapshotter) {
    this.snapshotter = snapshotter;
  }

  /** Answers who calls this snapshotter by its one name. */
  private <R> void answer(String name, StreamObserver<R> observer, Answer.Source<R> source) {
    Answer.with(
        observer,
        () -> {
          snapshotter.requireName(name);
          return source.get();
        });
  }

  @Override
  public void prepare(
      PrepareSnapshotRequest request, StreamObserver<PrepareSnapshotResponse> observer) {
    answer(
        request.getSnapshotter(),
        observer,
        () -> {
          List<HostMount> mounts =
              snapshotter.prepare(request.getKey(), request.getParent(), request.getLabelsMap());
          return PrepareSnapshotResponse.newBuilder().addAllMounts(of(mounts)).build();
        });
  }

  @Override
  public void view(ViewSnapshotRequest request, StreamObserver<ViewSnapshotResponse> observer) {
    answer(
        request.getSnapshotter(),
        observer,
        () -> {
          List<HostMount> mounts =
              snapshotter.view(request.getKey(), request.getParent(), request.getLabelsMap());
          return ViewSnapshotResponse.newBuilder().addAllMounts(of(mounts)).build();
        });
  }

  @Override
  public void mounts(MountsRequest request, StreamObserver<MountsResponse> observer) {
    answer(
        request.getSnapshotter(),
        observer,
        () ->
            MountsResponse.newBuilder()
                .addAllMounts(of(snapshotter.mounts(request.getKey())))
                .build());
  }

  @Override
  public void commit(CommitSnapshotRequest request, StreamObserver<Empty> observer) {
    answer(
        request.getSnapshotter(),
        observer,
        () -> {
          snapshotter.commit(
              request.getName(), request.getKey(), request.getParent(), request.getLabelsMap());
          return Empty.getDefaultInstance();
        });
  }

  @Override
  public void remove(RemoveSnapshotRequest request, StreamObserver<Empty> observer) {
    answer(
        request.getSnapshotter(),
        observer,
        () -> {
          snapshotter.remove(request.getKey());
          return Empty.getDefaultInstance();
        });
  }

  @Override
  public void stat(StatSnapshotRequest request, StreamObserver<StatSnapshotResponse> observer) {
    answer(
        request.getSnapshotter(),
        observer,
        () ->
            StatSnapshotResponse.newBuilder()
                .setInfo(of(snapshotter.stat(request.getKey())))
                .build());
  }

  @Override
  public void update(
      UpdateSnapshotRequest request, StreamObserver<UpdateSnapshotResponse> observer) {
    answer(
        request.getSnapshotter(),
        observer,
        () -> {
          Info info = request.getInfo();
          List<String> paths = request.getUpdateMask().getPathsList();
          Snapshot updated = snapshotter.update(info.getName(), info.getLabelsMap(), paths);
          return UpdateSnapshotResponse.newBuilder().setInfo(of(updated)).build();
        });
  }

  @Override
  public void list(ListSnapshotsRequest request, StreamObserver<ListSnapshotsResponse> observer) {
    List<Snapshot> found;
    try {
      snapshotter.requireName(request.getSnapshotter());
      found = snapshotter.list(filter(request.getFiltersList()));
    } catch (IOException e) {
      throw new CheckedFailure(e);
    }
    for (int from = 0; from < found.size(); from += PAGE) {
      List<Snapshot> page = found.subList(from, Math.min(found.size(), from + PAGE));
      observer.onNext(
          ListSnapshotsResponse.newBuilder()
              .addAllInfo(page.stream().map(ContainerdSnapshotsEndpoint::of).toList())
              .build());
    }
    observer.onCompleted();
  }

  private static Filter filter(List<String> texts) throws RefusedException {
    try {
      return Filter.any(texts);
    } catch (FilterSyntaxException e) {
      throw new RefusedException(RefusedException.Kind.INVALID, String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void usage(UsageRequest request, StreamObserver<UsageResponse> observer) {
    answer(
        request.getSnapshotter(),
        observer,
        () -> {
          Snapshot.Usage usage = snapshotter.usage(request.getKey());
          return UsageResponse.newBuilder()
              .setSize(usage.bytes())
              .setInodes(usage.inodes())
              .build();
        });
  }

  @Override
  public void cleanup(CleanupRequest request, StreamObserver<Empty> observer) {
    answer(
        request.getSnapshotter(),
        observer,
        () -> {
          snapshotter.cleanup();
          return Empty.getDefaultInstance();
        });
  }

  private static List<Mount> of(List<HostMount> mounts) {
    return mounts.stream()
        .map(
            mount ->
                Mount.newBuilder()
                    .setType(mount.type())
                    .setSource(mount.source())
                    .addAllOptions(mount.options())
                    .build())
        .toList();
  }

  private static Info of(Snapshot snapshot) {
    return Info.newBuilder()
        .setName(snapshot.name())
        .setParent(snapshot.parent())
        .setKind(
            switch (snapshot.kind()) {
              case VIEW -> Kind.VIEW;
              case ACTIVE -> Kind.ACTIVE;
              case COMMITTED -> Kind.COMMITTED;
            })
        .setCreatedAt(of(snapshot.created()))
        .setUpdatedAt(of(snapshot.updated()))
        .putAllLabels(snapshot.labels())
        .build();
  }

  private static Timestamp of(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
