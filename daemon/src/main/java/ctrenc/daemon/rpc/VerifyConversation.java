package ctrenc.daemon.rpc;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.scrub.ScrubSink;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.subvolume.Upkeep;
import ctrenc.proto.v1.VerifyFinding;
import ctrenc.proto.v1.VerifyProgress;
import ctrenc.proto.v1.VerifyRequest;
import ctrenc.proto.v1.VerifyResponse;
import ctrenc.proto.v1.VerifySummary;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** One call of Verify: findings and progress as they come, the summary last. Not thread-safe. */
final class VerifyConversation implements ScrubSink {

  private final Upkeep upkeep;
  private final StreamedAnswer<VerifyResponse> answer;
  private final Pace pace;
  private final ProgressInterval interval = new ProgressInterval();
  private ScrubPosition position = ScrubPosition.START;
  private long total;

  /** Verified by earlier calls, where this one goes on. */
  private long earlier;

  private long done;
  private int locked;

  private VerifyConversation(Upkeep upkeep, StreamedAnswer<VerifyResponse> answer, Pace pace) {
    this.upkeep = upkeep;
    this.answer = answer;
    this.pace = pace;
  }

  /** Writes the answer to a request; {@code subvolume} is the one it names, if any. */
  static void run(
      Upkeep upkeep,
      VerifyRequest request,
      Optional<UUID> subvolume,
      StreamedAnswer<VerifyResponse> answer)
      throws IOException, InterruptedException {
    ScrubPosition from =
        request.getFrom().isEmpty()
            ? ScrubPosition.START
            : ScrubPosition.parse(request.getFrom())
                .orElseThrow(
                    () ->
                        RefusedException.invalid(
                            "No verification ended at a position " + request.getFrom() + "."));
    Pace pace = Pace.of(request.getBytesPerSecond());
    new VerifyConversation(upkeep, answer, pace).run(subvolume, from);
  }

  private void run(Optional<UUID> subvolume, ScrubPosition from)
      throws IOException, InterruptedException {
    total = upkeep.bytesToVerify(subvolume, ScrubPosition.START);
    earlier = total - upkeep.bytesToVerify(subvolume, from);
    position = from;
    upkeep.verify(subvolume, from, pace, this);
    // What was removed meanwhile was not read, and is not missed.
    total = earlier + done;
    answer.send(progress());
    VerifySummary summary = VerifySummary.newBuilder().setBytes(done).setLocked(locked).build();
    answer.send(VerifyResponse.newBuilder().setSummary(summary).build());
  }

  static VerifyFinding view(ScrubFinding finding) {
    VerifyFinding.Builder view =
        VerifyFinding.newBuilder()
            .setKind(finding.kind().name().toLowerCase(Locale.ROOT))
            .setLayer(finding.layer().map(UUID::toString).orElse(""))
            .setSubject(finding.subject())
            .setInode(finding.inode().orElse(0))
            .setFile(finding.file().orElse(""))
            .setOtherInodes(finding.others())
            .setExtent(finding.extent().orElse(0))
            .setReason(finding.reason());
    finding
        .place()
        .ifPresent(
            place ->
                view.setSegmentFile("segments/%s/%s".formatted(view.getLayer(), place.fileName()))
                    .setOffset(place.offset())
                    .setLength(place.length()));
    return view.build();
  }

  @Override
  public void found(ScrubFinding finding) throws IOException {
    try {
      answer.send(VerifyResponse.newBuilder().setFinding(view(finding)).build());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    requireCaller();
  }

  @Override
  public void verified(ScrubPosition next, long bytes) throws IOException {
    requireCaller();
    done += bytes;
    position = next;
    if (interval.isDue()) {
      answer.offer(progress());
    }
  }

  private VerifyResponse progress() {
    VerifyProgress progress =
        VerifyProgress.newBuilder()
            .setPosition(position.toString())
            .setDone(earlier + done)
            .setTotal(Math.max(total, earlier + done))
            .build();
    return VerifyResponse.newBuilder().setProgress(progress).build();
  }

  @Override
  public void locked(UUID layer) {
    locked++;
  }

  private void requireCaller() throws IOException {
    if (answer.isCancelled()) {
      throw RefusedException.cancelled("The verification was given up.");
    }
  }
}
