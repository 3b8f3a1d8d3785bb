package ctrenc.daemon.rpc;

import ctrenc.overlay.subvolume.CheckReport;
import ctrenc.overlay.subvolume.Store;
import ctrenc.proto.v1.CheckRequest;
import ctrenc.proto.v1.CheckResponse;
import ctrenc.proto.v1.MaintenanceGrpc;
import ctrenc.proto.v1.Problem;
import io.grpc.stub.StreamObserver;

/** The service ctrenc.v1.Maintenance. */
public final class MaintenanceEndpoint extends MaintenanceGrpc.MaintenanceImplBase {

  private final Store store;

  public MaintenanceEndpoint(Store store) {
    this.store = store;
  }

  @Override
  public void check(CheckRequest request, StreamObserver<CheckResponse> observer) {
    Answer.with(observer, () -> view(store.check()));
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
