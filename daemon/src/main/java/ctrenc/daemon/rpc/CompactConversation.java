package ctrenc.daemon.rpc;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.extent.CompactionResult;
import ctrenc.overlay.extent.CompactionRule;
import ctrenc.overlay.extent.CompactionWatch;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.subvolume.Upkeep;
import ctrenc.proto.v1.CompactProgress;
import ctrenc.proto.v1.CompactRequest;
import ctrenc.proto.v1.CompactResponse;
import ctrenc.proto.v1.CompactSummary;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;

/** One call of Compact: progress as it comes, the summary last. Not thread-safe. */
final class CompactConversation implements CompactionWatch {

  private final StreamedAnswer<CompactResponse> answer;
  private final long total;
  private long done;
  private long damaged;

  private CompactConversation(StreamedAnswer<CompactResponse> answer, long total) {
    this.answer = answer;
    this.total = total;
  }

  /** Writes the answer to a request; {@code subvolume} is the one it names, if any. */
  static void run(
      Upkeep upkeep,
      CompactRequest request,
      Optional<UUID> subvolume,
      StreamedAnswer<CompactResponse> answer)
      throws IOException, InterruptedException {
    CompactionRule rule = CompactionRule.asked();
    long total = upkeep.compactionNeed(subvolume, rule).bytes();
    CompactConversation conversation = new CompactConversation(answer, total);
    Pace pace = Pace.of(request.getBytesPerSecond());
    CompactionResult result = upkeep.compact(subvolume, rule, pace, conversation);
    answer.send(conversation.summary(result));
  }

  private CompactResponse summary(CompactionResult result) {
    return CompactResponse.newBuilder()
        .setSummary(
            CompactSummary.newBuilder()
                .setFiles(result.files())
                .setMovedBytes(result.movedBytes())
                .setReclaimedBytes(result.storedBefore() - result.storedAfter())
                .setDamaged(damaged))
        .build();
  }

  @Override
  public void moved(long bytes) throws IOException {
    if (answer.isCancelled()) {
      throw RefusedException.cancelled("The compaction was given up.");
    }
    done += bytes;
    CompactProgress progress =
        CompactProgress.newBuilder().setDone(done).setTotal(Math.max(total, done)).build();
    answer.offer(CompactResponse.newBuilder().setProgress(progress).build());
  }

  @Override
  public void damaged(UUID layer, long extent) {
    damaged++;
  }
}
