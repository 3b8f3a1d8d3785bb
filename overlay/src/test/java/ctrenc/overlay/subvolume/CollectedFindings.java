package ctrenc.overlay.subvolume;

import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.scrub.ScrubSink;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What a scrub told, which ends when it has verified more than it should. */
final class CollectedFindings implements ScrubSink {

  private final List<ScrubFinding> findings = new ArrayList<>();
  private final List<UUID> locked = new ArrayList<>();
  private final long limit;
  private ScrubPosition position = ScrubPosition.START;
  private long bytes;

  CollectedFindings() {
    this(Long.MAX_VALUE);
  }

  CollectedFindings(long limit) {
    this.limit = limit;
  }

  @Override
  public void found(ScrubFinding finding) {
    findings.add(finding);
  }

  @Override
  public void verified(ScrubPosition next, long more) throws InterruptedIOException {
    position = next;
    bytes += more;
    if (bytes > limit) {
      throw new InterruptedIOException("enough");
    }
  }

  @Override
  public void locked(UUID layer) {
    locked.add(layer);
  }

  List<ScrubFinding> findings() {
    return findings;
  }

  List<UUID> lockedLayers() {
    return locked;
  }

  ScrubPosition position() {
    return position;
  }

  long bytes() {
    return bytes;
  }
}
