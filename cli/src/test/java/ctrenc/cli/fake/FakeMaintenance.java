package ctrenc.cli.fake;

import ctrenc.proto.v1.CheckRequest;
import ctrenc.proto.v1.CheckResponse;
import ctrenc.proto.v1.MaintenanceGrpc;
import ctrenc.proto.v1.Problem;
import io.grpc.stub.StreamObserver;

/** A store with one problem. */
final class FakeMaintenance extends MaintenanceGrpc.MaintenanceImplBase {

  @Override
  public void check(CheckRequest request, StreamObserver<CheckResponse> responses) {
    responses.onNext(
        CheckResponse.newBuilder()
            .setImages(1)
            .setSubvolumes(2)
            .setSnapshots(1)
            .setLayers(4)
            .setExtents(1234)
            .setUnread(1)
            .addProblems(
                Problem.newBuilder()
                    .setSubject("layer 7")
                    .setText("It is held by 1 stacks and counts 2."))
            .build());
    responses.onCompleted();
  }
}
