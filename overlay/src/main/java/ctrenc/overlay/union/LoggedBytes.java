package ctrenc.overlay.union;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.ring.WriteLog;
import ctrenc.overlay.vfs.Timestamp;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The entries of the write log that hold what is gathered of one file, so that it outlives the
 * process. They are released when what they hold is committed, or nobody can read it any more. Not
 * thread-safe: its {@link FileContent} guards it.
 */
final class LoggedBytes {

  private final @Nullable WriteLog log;
  private final long inode;
  private List<WriteLog.Entry> dirty = new ArrayList<>(0);
  private List<WriteLog.Entry> taken = new ArrayList<>(0);
  private boolean incomplete;

  /** {@code inode} is its number in the log. Without a log nothing outlives the process. */
  LoggedBytes(@Nullable WriteLog log, long inode) {
    this.log = log;
    this.inode = inode;
  }

  boolean isPresent() {
    return log != null;
  }

  void put(long offset, MemorySegment source, Optional<Timestamp> now) {
    if (log == null) {
      return;
    }
    long seconds = now.map(Timestamp::seconds).orElse(0L);
    int nanos = now.map(Timestamp::nanos).orElse(WriteLog.NO_TIME);
    keep(log.append(inode, offset, source, seconds, nanos));
  }

  /** What is gathered in [from, to) counts no more. */
  void discard(long from, long to) {
    if (log != null && !dirty.isEmpty()) {
      keep(log.appendDiscard(inode, from, to));
    }
  }

  /** Attributes that are about to wait for the bytes; false if there is no room for them. */
  boolean put(InodeRecord attributes) {
    if (log == null) {
      return true;
    }
    WriteLog.Entry entry =
        log.appendAttributes(inode, MemorySegment.ofArray(WaitingAttributes.encode(attributes)));
    if (entry != null) {
      dirty.add(entry);
    }
    return entry != null;
  }

  /** The time of the writes so far was set by hand. */
  void timeIsSet() {
    if (log != null && !dirty.isEmpty()) {
      keep(log.appendTimeIsSet(inode));
    }
  }

  private void keep(WriteLog.@Nullable Entry entry) {
    if (entry == null) {
      incomplete = true;
    } else {
      dirty.add(entry);
    }
  }

  /**
   * There was no room in the log for something that is gathered: it must be sealed before it is
   * acknowledged.
   */
  boolean isIncomplete() {
    return incomplete;
  }

  /** Everything gathered is about to be sealed. */
  void take() {
    List<WriteLog.Entry> emptied = taken;
    taken = dirty;
    dirty = emptied;
    incomplete = false;
  }

  /** What was taken is committed. */
  void sealed() {
    release(taken);
  }

  /** What was taken is gathered again. */
  void putBack() {
    taken.addAll(dirty);
    dirty.clear();
    List<WriteLog.Entry> emptied = dirty;
    dirty = taken;
    taken = emptied;
  }

  /** Nothing is gathered any more. */
  void clear() {
    release(dirty);
    incomplete = false;
  }

  private void release(List<WriteLog.Entry> entries) {
    if (log != null && !entries.isEmpty()) {
      log.release(entries);
      entries.clear();
    }
  }
}
