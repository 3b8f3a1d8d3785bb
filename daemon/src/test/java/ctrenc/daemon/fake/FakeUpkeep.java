package ctrenc.daemon.fake;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.extent.CompactionNeed;
import ctrenc.overlay.extent.CompactionResult;
import ctrenc.overlay.extent.CompactionRule;
import ctrenc.overlay.extent.CompactionWatch;
import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.scrub.ScrubSink;
import ctrenc.overlay.segment.SegmentPlace;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.subvolume.RepairSink;
import ctrenc.overlay.subvolume.Upkeep;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.UUID;

/** Finds one extent damaged, and has no keys. */
final class FakeUpkeep implements Upkeep {

  private static final UUID LAYER = new UUID(1, 2);
  private static final ScrubFinding EXTENT =
      ScrubFinding.ofExtent(
              Finding.Kind.DAMAGED,
              LAYER,
              1,
              Optional.of(new SegmentPlace(3, 44, 5144)),
              "It is damaged.")
          .ofInodes(5, 2);

  @Override
  public void verify(Optional<UUID> subvolume, ScrubPosition from, Pace pace, ScrubSink sink)
      throws IOException {
    sink.verified(new ScrubPosition(7, ScrubPosition.Step.EXTENTS, 2), 100);
    sink.found(EXTENT);
    sink.locked(LAYER);
  }

  @Override
  public CompactionResult compact(
      Optional<UUID> subvolume, CompactionRule rule, Pace pace, CompactionWatch watch)
      throws IOException {
    watch.moved(60);
    watch.damaged(LAYER, 1);
    return new CompactionResult(2, 60, 200, 100);
  }

  @Override
  public void repair(Optional<UUID> subvolume, InputStream source, RepairSink sink)
      throws IOException {
    sink.read(source.transferTo(OutputStream.nullOutputStream()));
    sink.repaired(EXTENT);
  }

  @Override
  public CompactionNeed compactionNeed(Optional<UUID> subvolume, CompactionRule rule) {
    return new CompactionNeed(2, 60);
  }

  @Override
  public void prepareSyncs() {}

  @Override
  public long bytesToVerify(Optional<UUID> subvolume, ScrubPosition from) {
    return from.equals(ScrubPosition.START) ? 160 : 100;
  }
}
