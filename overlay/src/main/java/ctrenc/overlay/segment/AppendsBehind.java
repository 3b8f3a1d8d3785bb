package ctrenc.overlay.segment;

import ctrenc.overlay.storage.FollowedMemory;
import ctrenc.overlay.storage.Follower;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Appends envelopes to segment files that nobody else appends to, on a second thread and many small
 * ones with one write. Used by one thread.
 */
public final class AppendsBehind implements AutoCloseable {

  /** So much is written at once. */
  private static final int ENOUGH = 1 << 20;

  private static final int CAPACITY =
      ENOUGH + EnvelopeHeader.LENGTH + EnvelopeHeader.MAX_SEALED_LENGTH;

  private final SegmentFiles segments;
  private final FollowedMemory memory = new FollowedMemory("ctr-enc-segments", CAPACITY);

  /** Where what is gathered begins, and how much it is. */
  private SegmentPlace gathered = new SegmentPlace(0, 0, 0);

  public AppendsBehind(SegmentFiles segments) {
    this.segments = segments;
  }

  /** Where an envelope will be; its bytes are the caller's again. */
  public SegmentPlace append(MemorySegment envelope) throws IOException {
    int length = Math.toIntExact(envelope.byteSize());
    SegmentPlace place = segments.reserve(length);
    if (!gathered.isBefore(place)) {
      handOver();
      gathered = new SegmentPlace(place.file(), place.offset(), 0);
    }
    memory.piece().asSlice(gathered.length(), length).copyFrom(envelope);
    gathered = new SegmentPlace(place.file(), gathered.offset(), gathered.length() + length);
    if (gathered.length() >= ENOUGH) {
      handOver();
    }
    return place;
  }

  private void handOver() throws IOException {
    if (gathered.length() == 0) {
      return;
    }
    SegmentPlace place = gathered;
    memory.handOver(place.length(), filled -> segments.write(place, filled));
    gathered = new SegmentPlace(place.file(), place.end(), 0);
  }

  /** Has something done when all that was appended before is written. */
  public void then(Follower.Step step) throws IOException {
    handOver();
    memory.then(step);
  }

  /** Returns when all is written and done. */
  public void settle() throws IOException {
    handOver();
    memory.settle();
  }

  /** Whether a write failed, and what came after it is not written. */
  public boolean hasFailed() {
    return memory.hasFailed();
  }

  /** What is not written yet, is not. */
  @Override
  public void close() {
    memory.close();
  }
}
