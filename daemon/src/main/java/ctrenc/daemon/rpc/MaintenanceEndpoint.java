package ctrenc.daemon.rpc;

import ctrenc.overlay.subvolume.CheckReport;
import ctrenc.overlay.subvolume.Store;
import ctrenc.proto.v1.CheckRequest;
import ctrenc.proto.v1.CheckResponse;
import ctrenc.proto.v1.CompactRequest;
import ctrenc.proto.v1.CompactResponse;
import ctrenc.proto.v1.MaintenanceGrpc;
import ctrenc.proto.v1.Problem;
import ctrenc.proto.v1.RepairRequest;
import ctrenc.proto.v1.RepairResponse;
import ctrenc.proto.v1.VerifyRequest;
import ctrenc.proto.v1.VerifyResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;

/** The service ctrenc.v1.Maintenance. */
public final class MaintenanceEndpoint extends MaintenanceGrpc.MaintenanceImplBase {

  /** Finds the root of a container. */
  @FunctionalInterface
  public interface Roots {
    UUID root(String reference) throws IOException;
  }

  private final Store store;
  private final Roots roots;
  private final Executor streams;

  /** {@code streams} runs what takes long; each takes a thread until it ends. */
  public MaintenanceEndpoint(Store store, Roots roots, Executor streams) {
    this.store = store;
    this.roots = roots;
    this.streams = streams;
  }

  @Override
  public void check(CheckRequest request, StreamObserver<CheckResponse> observer) {
    Answer.with(observer, () -> view(store.check()));
  }

  @Override
  public void verify(VerifyRequest request, StreamObserver<VerifyResponse> observer) {
    StreamedAnswer<VerifyResponse> answer =
        new StreamedAnswer<>((ServerCallStreamObserver<VerifyResponse>) observer);
    answer.write(
        streams,
        out -> VerifyConversation.run(store.upkeep(), request, named(request.getReference()), out));
  }

  @Override
  public void compact(CompactRequest request, StreamObserver<CompactResponse> observer) {
    StreamedAnswer<CompactResponse> answer =
        new StreamedAnswer<>((ServerCallStreamObserver<CompactResponse>) observer);
    answer.write(
        streams,
        out ->
            CompactConversation.run(store.upkeep(), request, named(request.getReference()), out));
  }

  @Override
  public StreamObserver<RepairRequest> repair(StreamObserver<RepairResponse> observer) {
    return RepairConversation.begin(
        store.upkeep(), this::named, (ServerCallStreamObserver<RepairResponse>) observer, streams);
  }

  /** The root of a container; empty where none is named. */
  private Optional<UUID> named(String reference) throws IOException {
    return reference.isEmpty() ? Optional.empty() : Optional.of(roots.root(reference));
  }

  private static CheckResponse view(CheckReport report) {
    return CheckResponse.newBuilder()
        .setImages(report.images())
        .setSubvolumes(report.subvolumes())
        .setSnapshots(report.snapshots())
        .setLayers(report.layers())
        .setExtents(report.extents())
        .setUnread(report.unread())
        .addAllProblems(
            report.problems().stream()
                .map(
                    problem ->
                        Problem.newBuilder()
                            .setSubject(problem.subject())
                            .setText(problem.text())
                            .build())
                .toList())
        .build();
  }
}
