package ctrenc.overlay.extent;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.meta.FlushHook;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.segment.SegmentPlace;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The extents of one encrypted layer in segment files. It opens, recovers, counts and frees without
 * the layer's key. Whoever closes it ends all use first.
 */
public final class SegmentExtentStore implements ExtentStore {

  private static final byte[] NO_RECORD = new byte[0];

  private final ExtentSetting setting;
  private final MetaStore meta;
  private final long layer;
  private final UUID layerId;
  private final SegmentFiles segments;
  private final ExtentCache cache;
  private final ExtentLedger ledger;
  private final ExtentJournal journal;
  private final ExtentFinder finder;
  private final ExtentReader reader;
  private final ExtentWriter writer;
  private final ExtentReclaimer reclaimer;
  private final FlushHook flushHook = this::syncSegments;
  private final DeadSpace space;
  private volatile boolean closed;

  private SegmentExtentStore(
      ExtentSetting setting,
      long layer,
      UUID layerId,
      LayerKeySource keys,
      SegmentFiles segments,
      ExtentLedger ledger) {
    ExtentTuning tuning = setting.tuning();
    this.setting = setting;
    this.meta = setting.meta();
    this.layer = layer;
    this.layerId = layerId;
    this.segments = segments;
    this.ledger = ledger;
    this.cache = new ExtentCache(tuning.cachedExtents());
    this.finder = new ExtentFinder(meta, segments, ledger, layer, layerId, cache);
    this.reader = new ExtentReader(segments, keys, setting.workspaces(), tuning.dropReadsFrom());
    this.journal = new ExtentJournal(meta, segments, layer);
    this.writer = new ExtentWriter(segments, keys, ledger, journal, cache, setting.workspaces());
    this.space = new DeadSpace(segments);
    this.reclaimer =
        new ExtentReclaimer(
            meta, layer, journal, space, cache, this::syncFully, tuning.freedTogether());
  }

  /**
   * Opens the extents of a layer, and puts them in order if they were not closed in order.
   *
   * @param layer number of the layer in this store
   * @param layerId the layer's UUID, as its key has it
   * @param keys asked at each read and write
   */
  public static SegmentExtentStore open(
      ExtentSetting setting, long layer, UUID layerId, LayerKeySource keys) throws IOException {
    SegmentFiles segments =
        SegmentFiles.open(
            setting.storage(), setting.segments(), layerId, setting.tuning().segmentFileLength());
    Optional<byte[]> stored = setting.meta().get(Table.LAYER, ExtentKeys.state(layer));
    ExtentState state =
        stored.isPresent()
            ? stateOf(layerId, ExtentState.decode(stored.get(), layer))
            : ExtentState.initial(layerId, SegmentFiles.FIRST_OFFSET);
    SegmentExtentStore opened = open(setting, layer, keys, segments, state);
    setting.meta().addFlushHook(opened.flushHook);
    return opened;
  }

  private static ExtentState stateOf(UUID layerId, ExtentState state) throws DamagedException {
    if (!state.layerId().equals(layerId)) {
      throw new DamagedException("The extents' state of layer " + layerId + " is another layer's.");
    }
    return state;
  }

  private static SegmentExtentStore open(
      ExtentSetting setting,
      long layer,
      LayerKeySource keys,
      SegmentFiles segments,
      ExtentState state)
      throws IOException {
    UUID layerId = state.layerId();
    segments.skipTo(state.tail().file());
    boolean isOrderly = state.closed() && (state.nextId() > 1 || segments.numbers().isEmpty());
    if (isOrderly) {
      segments.resume(state.tail());
      ExtentLedger ledger =
          new ExtentLedger(setting.meta(), layer, segments, state, state.nextId());
      return new SegmentExtentStore(setting, layer, layerId, keys, segments, ledger);
    }
    return recovered(setting, layer, keys, segments, state);
  }

  private static SegmentExtentStore recovered(
      ExtentSetting setting,
      long layer,
      LayerKeySource keys,
      SegmentFiles segments,
      ExtentState state)
      throws IOException {
    UUID layerId = state.layerId();
    MetaStore meta = setting.meta();
    ExtentRecovery recovery = new ExtentRecovery(meta, segments, layer, state);
    recovery.run();
    segments.skipTo(recovery.nextFile());
    segments.distrust(state.settled().tail().file());
    ExtentState goingOn =
        new ExtentState(layerId, false, recovery.nextId(), state.settled(), state.tail());
    ExtentLedger ledger = new ExtentLedger(meta, layer, segments, goingOn, recovery.nextId());
    SegmentExtentStore opened =
        new SegmentExtentStore(setting, layer, layerId, keys, segments, ledger);
    recovery.restore();
    opened.journal.distrust();
    opened.settle(recovery);
    return opened;
  }

  /** Removes all extents of a layer that nobody has open, keys or no keys. */
  public static void remove(ExtentSetting setting, long layer, UUID layerId) throws IOException {
    try (MetaBatch batch = setting.meta().batch()) {
      byte[] from = ExtentKeys.extent(layer, 0);
      byte[] to = ExtentKeys.afterExtents(layer);
      batch.deleteRange(Table.PLACE, from, to);
      batch.deleteRange(Table.SHARE, from, to);
      batch.deleteRange(Table.JOURNAL, from, to);
      batch.delete(Table.LAYER, ExtentKeys.state(layer));
      setting.meta().commit(batch);
    }
    SegmentFiles.remove(setting.storage(), setting.segments(), layerId);
  }

  private void settle(ExtentRecovery recovery) throws IOException {
    List<SegmentPlace> dead = recovery.dead();
    if (!dead.isEmpty()) {
      // An extent may have been moved away from there by a batch that can still be lost.
      syncFully();
    }
    for (SegmentPlace range : dead) {
      space.add(range.file(), range.offset(), range.end());
    }
    byte[] from = ExtentKeys.extent(layer, 0);
    try (MetaCursor shares = meta.scan(Table.SHARE, from, ExtentKeys.afterExtents(layer))) {
      while (shares.next()) {
        if (Shares.isUnreferenced(Optional.of(shares.value()))) {
          bury(ExtentKeys.extentOf(shares.key()));
        }
      }
    }
    recovery
        .missing()
        .forEach(
            (extent, record) -> {
              // The blocks of a dead extent may have been given back before the crash.
              if (!reclaimer.isDead(extent)) {
                String reason = "The extent's bytes were lost in a crash.";
                report(Finding.Kind.MISSING, extent, Optional.of(record), reason);
              }
            });
  }

  @Override
  public ExtentReference append(byte[] plain, int offset, int length) throws IOException {
    checkOpen();
    return writer.append(plain, offset, length);
  }

  @Override
  public void place(MetaBatch batch, ExtentReference appended) {
    long id = appended.extent();
    OpenExtent cached = cache.get(id);
    PlaceRecord record =
        ledger
            .unplaced(id)
            .orElseGet(
                () -> {
                  if (cached == null) {
                    throw new IllegalStateException("extent " + id + " was not appended here");
                  }
                  return cached.place();
                });
    batch.put(Table.PLACE, ExtentKeys.extent(layer, id), record.encode());
    journal.place(batch, id);
    ledger.placed(id);
  }

  @Override
  public SyncExpectation expectSync() {
    return journal.expectSync();
  }

  @Override
  public void share(MetaBatch batch, long extent, int more) {
    if (more < 1) {
      throw new IllegalArgumentException("an extent is shared by at least one reference more");
    }
    batch.add(Table.SHARE, ExtentKeys.extent(layer, extent), more);
  }

  @Override
  public void release(MetaBatch batch, long extent) {
    batch.add(Table.SHARE, ExtentKeys.extent(layer, extent), -1);
  }

  @Override
  public void reclaim(long extent) throws IOException {
    checkOpen();
    Optional<byte[]> share = meta.get(Table.SHARE, ExtentKeys.extent(layer, extent));
    if (Shares.isImpossible(share)) {
      report(
          Finding.Kind.DAMAGED,
          extent,
          Optional.empty(),
          "The extent was released more often than it was referred to.");
    } else if (Shares.isUnreferenced(share)) {
      bury(extent);
      reclaimer.freeIfWorthwhile();
    }
  }

  private void bury(long extent) throws IOException {
    reclaimer.bury(extent, () -> finder.place(extent));
  }

  @Override
  public void read(ExtentReference reference, int skip, MemorySegment target) throws IOException {
    checkOpen();
    if (skip < 0 || target.byteSize() > reference.length() - skip) {
      throw new IllegalArgumentException("the range lies outside of the reference");
    }
    if (target.byteSize() == 0) {
      return;
    }
    try {
      tryRead(reference, skip, target);
    } catch (ExtentFault first) {
      readAgain(reference, skip, target);
    }
  }

  private void tryRead(ExtentReference reference, int skip, MemorySegment target)
      throws IOException, ExtentFault {
    try {
      reader.read(finder.find(reference), reference.from() + skip, target);
    } catch (DamagedException e) {
      throw ExtentFault.damaged(e);
    }
  }

  /** The extent may have been moved after its place was looked up; at the end it is where it is. */
  private void readAgain(ExtentReference reference, int skip, MemorySegment target)
      throws IOException {
    long extent = reference.extent();
    while (true) {
      OpenExtent stale = cache.get(extent);
      cache.remove(extent);
      Optional<byte[]> before = meta.get(Table.PLACE, ExtentKeys.extent(layer, extent));
      try {
        tryRead(reference, skip, target);
        return;
      } catch (ExtentFault fault) {
        Optional<byte[]> now = meta.get(Table.PLACE, ExtentKeys.extent(layer, extent));
        if (Arrays.equals(before.orElse(NO_RECORD), now.orElse(NO_RECORD))) {
          throw answer(extent, Optional.ofNullable(stale), fault);
        }
      }
    }
  }

  /** What a reader is told; an extent that was freed meanwhile is no finding. */
  private IOException answer(long extent, Optional<OpenExtent> stale, ExtentFault fault)
      throws IOException {
    Optional<OpenExtent> known = Optional.ofNullable(cache.get(extent)).or(() -> stale);
    cache.remove(extent);
    // In this order: an extent leaves the dead after its record is deleted.
    if (reclaimer.isDead(extent) || !finder.isPlaced(extent)) {
      return new ExtentGoneException("Extent " + extent + " of layer " + layerId + " was freed.");
    }
    Optional<PlaceRecord> record = known.map(OpenExtent::place);
    report(fault.kind(), extent, record, fault.reason());
    return new DamagedException(
        "Extent " + extent + " of layer " + layerId + " is damaged: " + fault.reason(), fault);
  }

  private void report(Finding.Kind kind, long extent, Optional<PlaceRecord> record, String reason) {
    Map<String, String> facts = new TreeMap<>();
    facts.put("layer", layerId.toString());
    facts.put("extent", Long.toString(extent));
    facts.put("reason", reason);
    record
        .map(PlaceRecord::place)
        .ifPresent(
            place -> {
              facts.put("file", segments.name(place.file()));
              facts.put("offset", Long.toString(place.offset()));
            });
    setting.audit().report(new Finding(kind, "extent", facts));
  }

  /** Wipes the keys of all extents; reads ask the key source again. */
  public void forgetKeys() {
    cache.clear();
    setting.workspaces().forgetKeys();
  }

  @Override
  public void sync() throws IOException {
    checkOpen();
    if (journal.needsFiles()) {
      journal.trim(syncSegments());
    }
    reclaimer.freeIfWorthwhile();
  }

  /** Returns what the sync covered. */
  private ExtentJournal.Mark syncSegments() throws IOException {
    ExtentJournal.Mark covered = journal.beforeSync();
    Optional<ExtentState.Mark> mark = ledger.beforeSync();
    segments.sync();
    journal.synced(covered);
    mark.ifPresent(ledger::synced);
    return covered;
  }

  private void syncFully() throws IOException {
    syncSegments();
    meta.sync();
  }

  @Override
  public void giveBack() throws IOException {
    checkOpen();
    reclaimer.freeAll();
  }

  /**
   * Rewrites the segment files that are mostly dead, beside readers and writers, and without the
   * key. One at a time.
   *
   * @throws ctrenc.overlay.storage.DiskFullException if there is no room for a first step
   */
  public CompactionResult compact(CompactionRule rule, Pace pace, CompactionWatch watch)
      throws IOException {
    checkOpen();
    try (EnvelopeReader envelopes =
        new EnvelopeReader(setting.storage(), setting.segments(), layerId)) {
      return new ExtentCompaction(parts(), envelopes, pace, watch).run(rule);
    }
  }

  private ExtentMoves.Parts parts() {
    return new ExtentMoves.Parts(
        meta,
        layer,
        layerId,
        segments,
        setting.tuning(),
        ledger,
        reclaimer,
        cache,
        this::syncFully);
  }

  /**
   * Puts an extent's envelope from elsewhere in the place of one that is damaged, durably and
   * without the key; not beside {@link #compact}. What lies at the old place stays there, because
   * it may be something else.
   *
   * @param damaged the record that the extent must still have
   * @param envelope header and sealed bytes, in any memory
   * @return false if they are not what the record says of length and checksum, or the extent is not
   *     there any more
   */
  public boolean replace(long extent, PlaceRecord damaged, MemorySegment envelope)
      throws IOException {
    checkOpen();
    if (!isEnvelopeOf(extent, damaged, envelope)) {
      return false;
    }
    ledger.reopen();
    ExtentMoves moves = new ExtentMoves(parts(), false);
    try (Arena arena = Arena.ofConfined()) {
      moves.add(extent, damaged, arena.allocate(envelope.byteSize()).copyFrom(envelope));
      moves.commit();
      return moves.movedBytes() > 0;
    } finally {
      moves.discard();
    }
  }

  private boolean isEnvelopeOf(long extent, PlaceRecord record, MemorySegment envelope)
      throws IOException {
    if (envelope.byteSize() != record.place().length()) {
      return false;
    }
    byte[] head = envelope.asSlice(0, EnvelopeHeader.LENGTH).toArray(ValueLayout.JAVA_BYTE);
    EnvelopeHeader header = EnvelopeHeader.decode(head, "that came for layer " + layerId);
    return header.layer().equals(layerId)
        && header.extent() == extent
        && header.length() == record.length()
        && header.checksum() == record.checksum()
        && header.envelopeLength() == envelope.byteSize()
        && EnvelopeHeader.checksumOf(envelope.asSlice(EnvelopeHeader.LENGTH)) == record.checksum();
  }

  /** What {@link #compact} would work on in a layer, whether it is open or not. */
  public static CompactionNeed compactionNeed(
      ExtentSetting setting, long layer, UUID layerId, CompactionRule rule) throws IOException {
    long limit = setting.tuning().segmentFileLength();
    try (SegmentFiles files =
        SegmentFiles.open(setting.storage(), setting.segments(), layerId, limit)) {
      List<SegmentUse> uses = SegmentUse.of(files, setting.meta(), layer);
      List<SegmentUse> chosen = SegmentUse.chosen(uses, rule, limit);
      return new CompactionNeed(chosen.size(), chosen.stream().mapToLong(SegmentUse::live).sum());
    }
  }

  @Override
  public long storedBytes() throws IOException {
    checkOpen();
    return segments.storedBytes();
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    meta.removeFlushHook(flushHook);
    try {
      syncSegments();
      journal.clear();
      reclaimer.freeAll();
      ledger.close();
    } finally {
      closed = true;
      forgetKeys();
      segments.close();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the extent store is closed");
    }
  }
}
