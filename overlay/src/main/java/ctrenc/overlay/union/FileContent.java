package ctrenc.overlay.union;

import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.layer.UpperLayer;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a live regular file that are not sealed yet, and what keeps readers and sealers
 * apart. Thread-safe.
 *
 * <p>Locks, in the order they are taken: {@link #sealing} belongs to whoever changes the file's
 * runs, from before the bytes are sealed until they are committed; then the node's guard; then
 * {@link #data}, shared by readers, so that no extent goes while it is read, and exclusive for the
 * moment of a commit; last this object's monitor, for the gathered bytes.
 */
final class FileContent {

  private final Node node;
  private final ReentrantLock sealing = new ReentrantLock();
  private final StampedLock data = new StampedLock();
  private DirtyBytes dirty;
  private DirtyBytes taken;
  private final LoggedBytes logged;
  private boolean queued;
  private volatile @Nullable Unsealed unsealed;
  private volatile @Nullable LastRun lastRun;
  private volatile long blocks = -1;
  private volatile Failure failure = new Failure(0, Errno.EIO);

  FileContent(Node node, WriteGather gather) {
    this.node = node;
    this.dirty = gather.fresh();
    this.taken = gather.fresh();
    this.logged = gather.logOf(node.inode());
  }

  Node node() {
    return node;
  }

  ReentrantLock sealing() {
    return sealing;
  }

  StampedLock data() {
    return data;
  }

  /** Absent when every byte is sealed. */
  @Nullable Unsealed unsealed() {
    return unsealed;
  }

  long size() {
    Unsealed waiting = unsealed;
    long stored = node.inodeRecord().size();
    return waiting == null ? stored : Math.max(waiting.size(), stored);
  }

  /**
   * Takes written bytes; returns true if a whole extent's worth lies together now. From the first
   * bytes until all are sealed the file keeps its node alive by one reference of its own.
   */
  synchronized boolean put(long offset, MemorySegment source, Optional<Timestamp> now) {
    logged.put(offset, source, now);
    return restore(offset, source, now);
  }

  /** The same for bytes that an earlier process took, and that are still in its log. */
  synchronized boolean restore(long offset, MemorySegment source, Optional<Timestamp> now) {
    long end = Math.max(size(), offset + source.byteSize());
    boolean full = dirty.put(offset, source);
    Unsealed waiting = unsealed;
    if (waiting == null) {
      boolean held = node.hold();
      assert held;
    }
    unsealed = new Unsealed(end, waiting == null || now.isPresent() ? now : waiting.modified());
    return full;
  }

  /** The time of the last write was set by hand and is no longer the time of what waits. */
  synchronized void modifiedIsSet() {
    logged.timeIsSet();
    restoreModifiedIsSet();
  }

  /** The same as an earlier process was told it. */
  synchronized void restoreModifiedIsSet() {
    Unsealed waiting = unsealed;
    unsealed = waiting == null ? null : new Unsealed(waiting.size(), Optional.empty());
  }

  /** What is gathered outlives this process. */
  boolean isLogged() {
    return logged.isPresent();
  }

  /** Attributes are about to wait for the bytes; false if they would be lost with this process. */
  synchronized boolean keep(InodeRecord attributes) {
    return logged.put(attributes);
  }

  /** Forgets restored bytes that were in the store otherwise already. */
  synchronized void discardRestored(long from, long to) {
    dirty.discard(from, to);
  }

  /** Some of what is gathered would be lost with this process: it is to be sealed at once. */
  synchronized boolean isPerishable() {
    return logged.isIncomplete();
  }

  /** True if the caller is to queue this file for sealing; nobody else will. */
  synchronized boolean claimQueue() {
    boolean claimed = !queued;
    queued = true;
    return claimed;
  }

  /** The queue has let go of this file; it is queued again at the next write. */
  synchronized void leaveQueue() {
    queued = false;
  }

  /** Bytes that are not stored yet, also those that somebody seals at this moment. */
  synchronized long gathered() {
    return dirty.bytes() + taken.bytes();
  }

  /**
   * Lays the gathered bytes over what was read from the layers. To be called with {@link #data}
   * held.
   */
  synchronized void overlay(long offset, MemorySegment target) {
    taken.copyTo(offset, target);
    dirty.copyTo(offset, target);
  }

  /** Fills {@code target} if all of it is gathered. */
  synchronized boolean fill(long offset, MemorySegment target) {
    boolean covered = dirty.covers(offset, target.byteSize());
    if (covered) {
      dirty.copyTo(offset, target);
    }
    return covered;
  }

  /**
   * Committed runs took the place of a range. To be called by the sealer, with {@link #data} held
   * exclusively. Returns true if nothing waits any more: the caller gives back the reference.
   */
  synchronized boolean replaced(long from, long to) {
    dirty.discard(from, to);
    logged.discard(from, to);
    runsChanged();
    Unsealed waiting = unsealed;
    InodeRecord stored = node.inodeRecord();
    if (waiting == null) {
      return false;
    }
    boolean done = dirty.isEmpty() && waiting.size() <= stored.size();
    if (done) {
      logged.clear();
    }
    Optional<Timestamp> modified =
        waiting.modified().map(time -> AttributeReader.later(time, stored.modified()));
    unsealed = done ? null : new Unsealed(waiting.size(), modified);
    return done;
  }

  /**
   * Forgets everything gathered of a file that nobody can read any more. Returns true if something
   * waited: the caller gives back the reference.
   */
  boolean abandon() {
    sealing.lock();
    try {
      return forgetGathered();
    } finally {
      sealing.unlock();
    }
  }

  private synchronized boolean forgetGathered() {
    boolean waited = unsealed != null;
    dirty.clear();
    logged.clear();
    unsealed = null;
    return waited;
  }

  /**
   * Hands the gathered bytes to the sealer: all of them, or only those that fill whole extents.
   * Readers still see them.
   */
  synchronized Taken take(boolean all) {
    Unsealed waiting = unsealed;
    if (all) {
      DirtyBytes emptied = taken;
      taken = dirty;
      dirty = emptied;
      logged.take();
    } else {
      taken = dirty.splitFull();
    }
    long end = Math.max(node.inodeRecord().size(), taken.end());
    return new Taken(taken, all && waiting != null ? Math.max(end, waiting.size()) : end, waiting);
  }

  /**
   * What was taken is sealed and committed. To be called with {@link #data} held exclusively.
   * Returns true if nothing waits any more: the caller gives back the reference.
   */
  synchronized boolean sealed() {
    taken.clear();
    logged.sealed();
    runsChanged();
    boolean done = unsealed != null && dirty.isEmpty();
    if (done) {
      logged.clear();
    }
    unsealed = dirty.isEmpty() ? null : unsealed;
    return done;
  }

  /** What was taken could not be sealed: it is dirty again, under what was written since. */
  synchronized void putBack() throws IOException {
    dirty.forEach(
        (offset, bytes, from, length) ->
            taken.put(offset, MemorySegment.ofArray(bytes).asSlice(from, length)));
    dirty.clear();
    logged.putBack();
    DirtyBytes emptied = dirty;
    dirty = taken;
    taken = emptied;
  }

  /** A run of the upper that was read last; true until runs change. */
  @Nullable FileRun lastRun(UpperLayer upper) {
    LastRun known = lastRun;
    return known != null && known.upper == upper ? known.run : null;
  }

  void remember(UpperLayer upper, FileRun run) {
    lastRun = new LastRun(upper, run);
  }

  private void runsChanged() {
    lastRun = null;
    blocks = -1;
  }

  /** 512-byte blocks as last counted, or -1. */
  long blocks() {
    return blocks;
  }

  void countedBlocks(long count) {
    blocks = count;
  }

  /** Sealing failed after the write was acknowledged: every open handle is to hear of it once. */
  synchronized void fail(Errno errno) {
    failure = new Failure(failure.count + 1, errno);
  }

  Failure failure() {
    return failure;
  }

  /** The latest failure to seal, and how many there were. */
  record Failure(int count, Errno errno) {}

  private record LastRun(UpperLayer upper, FileRun run) {}

  /** Bytes on their way into extents, and the attributes the file has with them. */
  record Taken(DirtyBytes bytes, long size, @Nullable Unsealed unsealed) {}
}
