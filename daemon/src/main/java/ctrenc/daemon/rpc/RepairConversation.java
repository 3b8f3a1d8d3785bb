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

/**
 * One call of Repair: a header, then a stream or a backup; what becomes of findings flows back.
 * gRPC calls one method at a time.
 */
final class RepairConversation implements StreamObserver<RepairRequest> {

  /** Finds the root of a container; empty where none is named. */
  @FunctionalInterface
  interface Naming {
    Optional<UUID> named(String reference) throws IOException;
  }

  private final Upkeep upkeep;
  private final Naming naming;
  private final Executor streams;
  private final StreamedAnswer<RepairResponse> answer;
  private final RequestStream data;
  private boolean isBegun;

  RepairConversation(
      Upkeep upkeep,
      Naming naming,
      ServerCallStreamObserver<RepairResponse> observer,
      Executor streams) {
    this.upkeep = upkeep;
    this.naming = naming;
    this.streams = streams;
    this.answer = new StreamedAnswer<>(observer);
    this.data = RequestStream.of(observer, answer);
  }

  @Override
  public void onNext(RepairRequest request) {
    if (isBegun) {
      data.offer(request.getData());
      return;
    }
    requireHeader(request.hasHeader());
    isBegun = true;
    answer.write(streams, out -> repair(request.getHeader(), out));
    data.more();
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

  private static void requireHeader(boolean isHeader) {
    if (!isHeader) {
      throw new CheckedFailure(
          RefusedException.invalid("The first request of a repair says what is repaired."));
    }
  }

  @Override
  public void onError(Throwable failure) {
    data.cut();
  }

  @Override
  public void onCompleted() {
    requireHeader(isBegun);
    data.end();
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
