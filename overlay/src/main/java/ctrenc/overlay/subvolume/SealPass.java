package ctrenc.overlay.subvolume;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.extent.ExtentFault;
import ctrenc.overlay.extent.PlaceRecord;
import ctrenc.overlay.extent.PlaceScan;
import ctrenc.overlay.layer.EncryptedLayer;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.layer.SealScrub;
import ctrenc.overlay.layer.SealSink;
import ctrenc.overlay.layer.StateScrub;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.scrub.ScrubPosition.Step;
import ctrenc.overlay.scrub.ScrubSink;
import ctrenc.overlay.scrub.ScrubSubject;
import ctrenc.overlay.segment.SegmentPlace;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.storage.UnreadableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Opens all that a layer holds, if a key for it is in memory, a part at a time: who wants to lock
 * it waits for the part alone, and ends the pass. Not thread-safe.
 */
final class SealPass implements SealSink {

  /** Bytes opened under one hold of the guard. */
  private static final long PART = 16L << 20;

  private final OpenedLayer opened;
  private final MetaStore meta;
  private final LayerRecord layer;
  private final Pace pace;
  private final ScrubSink sink;
  private final AtomicLong bytes = new AtomicLong();

  /** What was found in a part, to be told when no guard is held. */
  private final List<ScrubFinding> findings = new ArrayList<>();

  private long next;
  private boolean isLocked;

  /** The layer cannot be opened, or not read: there is nothing to go on with. */
  private boolean isBroken;

  SealPass(StackKeeping stacks, LayerRecord layer, Pace pace, ScrubSink sink) {
    this.opened = new OpenedLayer(stacks, layer);
    this.meta = stacks.parts().meta();
    this.layer = layer;
    this.pace = pace;
    this.sink = sink;
  }

  /** What is done with the open layer in one part; false if nothing is left. */
  private interface Work {
    boolean step(EncryptedLayer layer, long budget) throws IOException;
  }

  void run(long fromInode) throws IOException {
    run(new SealScrub(layer.number(), fromInode, this));
  }

  /** Opens the records alone. */
  void runRecords() throws IOException {
    run(SealScrub.ofRecords(layer.number(), this));
  }

  private void run(SealScrub scrub) throws IOException {
    runAll((readable, budget) -> readable.openSome(scrub, budget));
    if (!isLocked && !isBroken) {
      runState();
    }
    if (isLocked) {
      sink.locked(layer.id());
    }
  }

  private void runState() throws IOException {
    try (StateScrub scrub = new StateScrub(meta, layer.number())) {
      runAll((readable, budget) -> readable.sumSome(scrub, budget));
      Optional<String> fault = scrub.fault();
      if (fault.isPresent()) {
        sink.found(ScrubFinding.of(Finding.Kind.STALE, layer.id(), "state root", fault.get()));
      }
    }
  }

  private void runAll(Work work) throws IOException {
    boolean isMore = true;
    while (isMore) {
      isMore = part(work);
      for (ScrubFinding finding : findings) {
        sink.found(finding);
      }
      findings.clear();
      if (!isLocked) {
        pace.moved(bytes.getAndSet(0));
        sink.verified(new ScrubPosition(layer.number(), Step.SEALS, next), 0);
      }
    }
  }

  private boolean part(Work work) throws IOException {
    try {
      Optional<Boolean> isMore =
          opened.use((owner, layers, index) -> work.step(readable(layers.get(index)), PART));
      isLocked = isMore.isEmpty();
      return isMore.orElse(false);
    } catch (UnreadableException e) {
      findings.add(ScrubFinding.of(kind(e), layer.id(), "sealed data", reason(e)));
      isBroken = true;
      return false;
    }
  }

  private static EncryptedLayer readable(Layer layer) throws DamagedException {
    if (!(layer instanceof EncryptedLayer readable)) {
      throw new DamagedException("Its wrapped key cannot be opened.");
    }
    return readable;
  }

  private static Finding.Kind kind(UnreadableException failure) {
    return failure.getCause() instanceof ExtentFault fault ? fault.kind() : Finding.Kind.DAMAGED;
  }

  private static String reason(UnreadableException failure) {
    return String.valueOf(failure.getMessage());
  }

  @Override
  public void failed(long inode, Table table, byte[] key, UnreadableException failure) {
    ScrubSubject record = new ScrubSubject.StoredRecord(table, ByteBuffer.wrap(key));
    findings.add(
        ScrubFinding.of(kind(failure), layer.id(), record, reason(failure)).ofInode(inode));
  }

  @Override
  public void failed(long inode, long extent, UnreadableException failure) throws IOException {
    Optional<SegmentPlace> place =
        PlaceScan.living(meta, layer.number(), extent)
            .flatMap(PlaceRecord::find)
            .map(PlaceRecord::place);
    findings.add(
        ScrubFinding.ofExtent(kind(failure), layer.id(), extent, place, reason(failure))
            .ofInode(inode));
  }

  @Override
  public void opened(long inode, long more) {
    bytes.addAndGet(more);
    next = inode;
  }
}
