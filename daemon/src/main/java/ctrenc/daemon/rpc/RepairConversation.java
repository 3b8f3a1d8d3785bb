package ctrenc.daemon.rpc;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.subvolume.RepairSink;
import ctrenc.overlay.subvolume.Upkeep;
import ctrenc.proto.v1.RepairHeader;
import ctrenc.proto.v1.RepairProgress;
import ctrenc.proto.v1.RepairRequest;
import ctrenc.proto.v1.RepairResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;

/** One call of Repair: a header, then a stream or a backup; what becomes of findings flows back. */
final class RepairConversation {

  /** Finds the root of a container; empty where none is named. */
  @FunctionalInterface
  interface Naming {
    Optional<UUID> named(String reference) throws IOException;
  }

  private static final HeadedRequests.Shape<RepairRequest> SHAPE =
      new HeadedRequests.Shape<>(
          RepairRequest::hasHeader,
          RepairRequest::getData,
          "The first request of a repair says what is repaired.");

  private final Upkeep upkeep;
  private final Naming naming;
  private final RequestStream data;

  private RepairConversation(Upkeep upkeep, Naming naming, RequestStream data) {
    this.upkeep = upkeep;
    this.naming = naming;
    this.data = data;
  }

  static StreamObserver<RepairRequest> begin(
      Upkeep upkeep,
      Naming naming,
      ServerCallStreamObserver<RepairResponse> observer,
      Executor streams) {
    StreamedAnswer<RepairResponse> answer = new StreamedAnswer<>(observer);
    RequestStream data = RequestStream.of(observer, answer);
    RepairConversation begun = new RepairConversation(upkeep, naming, data);
    return new HeadedRequests<>(
        SHAPE, data, first -> answer.write(streams, out -> begun.repair(first.getHeader(), out)));
  }

  private void repair(RepairHeader header, StreamedAnswer<RepairResponse> out) throws IOException {
    Told told = new Told(out, Pace.of(header.getBytesPerSecond()));
    try {
      upkeep.repair(naming.named(header.getReference()), data, told);
    } catch (DamagedException e) {
      // It is the source that is damaged: what is wrong with the store is a finding.
      throw new RefusedException(RefusedException.Kind.INVALID, String.valueOf(e.getMessage()), e);
    }
  }

  private static final class Told implements RepairSink {
    private final StreamedAnswer<RepairResponse> out;
    private final Pace pace;
    private final RepairProgress.Builder progress = RepairProgress.newBuilder();
    private final ProgressInterval interval = new ProgressInterval();

    Told(StreamedAnswer<RepairResponse> out, Pace pace) {
      this.out = out;
      this.pace = pace;
    }

    @Override
    public void repaired(ScrubFinding finding) throws IOException {
      send(RepairResponse.newBuilder().setRepaired(VerifyConversation.view(finding)).build());
    }

    @Override
    public void left(ScrubFinding finding) throws IOException {
      send(RepairResponse.newBuilder().setLeft(VerifyConversation.view(finding)).build());
    }

    @Override
    public void verified(long bytes) throws IOException {
      long more = bytes - progress.getVerified();
      tell(progress.setVerified(bytes));
      pace.moved(more);
    }

    @Override
    public void read(long bytes) throws IOException {
      long more = bytes - progress.getRead();
      tell(progress.setRead(bytes));
      pace.moved(more);
    }

    private void tell(RepairProgress.Builder now) throws RefusedException {
      requireCaller();
      if (interval.isDue()) {
        out.offer(RepairResponse.newBuilder().setProgress(now).build());
      }
    }

    private void send(RepairResponse response) throws RefusedException {
      try {
        out.send(response);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      requireCaller();
    }

    private void requireCaller() throws RefusedException {
      if (out.isCancelled()) {
        throw RefusedException.cancelled("The repair was given up.");
      }
    }
  }
}
