package ctrenc.cli.fake;

import ctrenc.proto.v1.CheckRequest;
import ctrenc.proto.v1.CheckResponse;
import ctrenc.proto.v1.CompactProgress;
import ctrenc.proto.v1.CompactRequest;
import ctrenc.proto.v1.CompactResponse;
import ctrenc.proto.v1.CompactSummary;
import ctrenc.proto.v1.MaintenanceGrpc;
import ctrenc.proto.v1.Problem;
import ctrenc.proto.v1.RepairProgress;
import ctrenc.proto.v1.RepairRequest;
import ctrenc.proto.v1.RepairResponse;
import ctrenc.proto.v1.VerifyFinding;
import ctrenc.proto.v1.VerifyProgress;
import ctrenc.proto.v1.VerifyRequest;
import ctrenc.proto.v1.VerifyResponse;
import ctrenc.proto.v1.VerifySummary;
import io.grpc.Status;
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

  /** What comes has one of two extents that are damaged; of one root, both. */
  @Override
  public StreamObserver<RepairRequest> repair(StreamObserver<RepairResponse> responses) {
    return new Repair(responses);
  }

  /** Two files go; of the whole store, one extent is damaged. */
  @Override
  public void compact(CompactRequest request, StreamObserver<CompactResponse> responses) {
    CompactProgress progress =
        CompactProgress.newBuilder().setDone(5_000_000).setTotal(10_000_000).build();
    responses.onNext(CompactResponse.newBuilder().setProgress(progress).build());
    CompactSummary summary =
        CompactSummary.newBuilder()
            .setFiles(2)
            .setMovedBytes(10_000_000)
            .setReclaimedBytes(30_000_000)
            .setDamaged(request.getReference().isEmpty() ? 1 : 0)
            .build();
    responses.onNext(CompactResponse.newBuilder().setSummary(summary).build());
    responses.onCompleted();
  }

  /** One file of one root is damaged; what is locked is not known so well. */
  @Override
  public void verify(VerifyRequest request, StreamObserver<VerifyResponse> responses) {
    VerifyProgress progress =
        VerifyProgress.newBuilder()
            .setPosition("7-extents-13")
            .setDone(5_000_000)
            .setTotal(10_000_000)
            .build();
    responses.onNext(VerifyResponse.newBuilder().setProgress(progress).build());
    if (request.getReference().equals("cut")) {
      responses.onError(Status.CANCELLED.withDescription("The call was given up.").asException());
      return;
    }
    VerifySummary.Builder summary = VerifySummary.newBuilder().setBytes(10_000_000);
    if (!request.getReference().equals("web")) {
      responses.onNext(VerifyResponse.newBuilder().setFinding(extent()).build());
      summary.setLocked(2);
    }
    responses.onNext(VerifyResponse.newBuilder().setSummary(summary).build());
    responses.onCompleted();
  }

  private static VerifyFinding extent() {
    return VerifyFinding.newBuilder()
        .setKind("damaged")
        .setLayer("01234567-89ab-cdef-0123-456789abcdef")
        .setSubject("extent 7")
        .setExtent(7)
        .setSegmentFile("segments/01234567-89ab-cdef-0123-456789abcdef/1.seg")
        .setOffset(44)
        .setLength(5144)
        .setInode(42)
        .setOtherInodes(1)
        .setFile("/etc/passwd")
        .setReason("Chunk 0 of the extent is not what was sealed.")
        .build();
  }

  private static final class Repair implements StreamObserver<RepairRequest> {
    private final StreamObserver<RepairResponse> responses;

    private boolean isWhole;

    Repair(StreamObserver<RepairResponse> responses) {
      this.responses = responses;
    }

    @Override
    public void onNext(RepairRequest request) {
      isWhole |= request.getHeader().getReference().equals("web");
    }

    @Override
    public void onError(Throwable failure) {
      responses.onError(failure);
    }

    @Override
    public void onCompleted() {
      RepairProgress progress = RepairProgress.newBuilder().setRead(5_000_000).build();
      responses.onNext(RepairResponse.newBuilder().setProgress(progress).build());
      VerifyFinding.Builder finding =
          VerifyFinding.newBuilder()
              .setKind("damaged")
              .setLayer("01234567-89ab-cdef-0123-456789abcdef")
              .setReason("The sealed bytes are not what their checksum says.");
      responses.onNext(
          RepairResponse.newBuilder().setRepaired(finding.setSubject("extent 7")).build());
      finding.setSubject("extent 8");
      responses.onNext(
          isWhole
              ? RepairResponse.newBuilder().setRepaired(finding).build()
              : RepairResponse.newBuilder().setLeft(finding).build());
      responses.onCompleted();
    }
  }
}
