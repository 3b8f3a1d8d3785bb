package ctrenc.overlay.union;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.layer.UpperLayer;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A live inode: one that the kernel, a handle or a running operation refers to. Thread-safe.
 *
 * <p>Invariants: {@link #inodeRecord} is what the stack has stored, but for attributes that wait to
 * be stored with gathered bytes; its size and body are never ahead of the store. It changes only
 * under {@link #guard}, by a {@link Change}. Guards of several nodes are taken in the order of
 * inode numbers ({@link NodeLocks}).
 */
final class Node {

  private static final long DEAD = -1;

  private final long inode;
  private final ReentrantLock guard = new ReentrantLock();

  /** Lookups, opens, and operations at work; {@link #DEAD} once they were gone. */
  private final AtomicLong references = new AtomicLong();

  private final AtomicLong lookups = new AtomicLong();
  private final AtomicLong opens = new AtomicLong();
  private final LayerStack stack;
  private final WriteGather gather;
  private volatile @Nullable Stored stored;
  private volatile boolean linkable;
  private volatile boolean hostChanged;
  private volatile @Nullable Timestamp accessed;
  private volatile long entryVersion;
  private volatile @Nullable Parts parts;
  private volatile @Nullable FileContent content;

  /**
   * @param firstVersion of its entries: further from that of every other node, of the same inode
   *     too, than entries of one node ever change
   */
  Node(long inode, LayerStack stack, WriteGather gather, long firstVersion) {
    this.inode = inode;
    this.stack = stack;
    this.gather = gather;
    entryVersion = firstVersion;
  }

  long inode() {
    return inode;
  }

  ReentrantLock guard() {
    return guard;
  }

  boolean isLoaded() {
    return stored != null;
  }

  /** Record and whereabouts together, so that a reader sees both from one commit. */
  Stored stored() {
    return Objects.requireNonNull(stored, "a node is used only once it is loaded");
  }

  InodeRecord inodeRecord() {
    return stored().inodeRecord;
  }

  /** The upper has a record of this inode, and only then may have entries or runs of it. */
  boolean inUpper() {
    return stored().isIn(stack.upper());
  }

  /** The upper has this nameless inode in its list of orphans. */
  boolean isOrphan() {
    Stored known = stored;
    return known != null && known.orphan && known.isIn(stack.upper());
  }

  /** Made without a name, so it may still get its first one. */
  boolean isLinkable() {
    return linkable;
  }

  void makeLinkable() {
    linkable = true;
  }

  boolean isHostChanged() {
    return hostChanged;
  }

  void markHostChanged() {
    hostChanged = true;
  }

  /** An access time that is not stored yet. */
  @Nullable Timestamp accessed() {
    return accessed;
  }

  void touch(Timestamp now) {
    accessed = now;
  }

  void load(LayerStack.Found found) {
    stored = new Stored(found.inodeRecord(), found.upper(), false);
  }

  /** Takes over what a batch has committed. */
  void publish(InodeRecord inodeRecord, boolean orphan) {
    accessed = null;
    stored = new Stored(inodeRecord, Optional.of(stack.upper()), orphan);
  }

  /** Moves on with every committed change of a directory's entries. */
  long entryVersion() {
    return entryVersion;
  }

  /** To be called with the guard held. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  void entriesChanged() {
    entryVersion++;
  }

  /** The lowers that have a say in this inode, top first. */
  List<LowerPart> parts() throws IOException {
    Parts known = parts;
    LayerStack.Layers layers = stack.layers();
    if (known == null || known.of != layers) {
      known = new Parts(layers, stack.parts(inode));
      parts = known;
    }
    return known.list;
  }

  /** What is open or gathered of a regular file. */
  FileContent content() {
    FileContent known = content;
    if (known != null) {
      return known;
    }
    synchronized (references) {
      known = content;
      if (known == null) {
        known = new FileContent(this, gather);
        content = known;
      }
      return known;
    }
  }

  /** The content if anyone has asked for it before. */
  @Nullable FileContent knownContent() {
    return content;
  }

  /** Takes a reference; false if the node is dead and another must be made. */
  boolean hold() {
    while (true) {
      long now = references.get();
      if (now == DEAD) {
        return false;
      }
      if (references.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }

  /** Gives back references; true if they were the last and the node is now dead. */
  boolean drop(long count) {
    return references.addAndGet(-count) == 0 && references.compareAndSet(0, DEAD);
  }

  void addLookup() {
    references.incrementAndGet();
    lookups.incrementAndGet();
  }

  /**
   * Takes up to {@code count} lookups away; the caller drops as many references as this returns.
   */
  long takeLookups(long count) {
    while (true) {
      long now = lookups.get();
      long taken = Math.min(now, count);
      if (lookups.compareAndSet(now, now - taken)) {
        return taken;
      }
    }
  }

  void addOpen() {
    references.incrementAndGet();
    opens.incrementAndGet();
  }

  /** Ends an open; the caller drops its reference. */
  void endOpen() {
    opens.decrementAndGet();
  }

  boolean isOpen() {
    return opens.get() > 0;
  }

  boolean isReachable() {
    return isOpen() || lookups.get() > 0;
  }

  /**
   * What the stack has of an inode.
   *
   * @param upper the upper that had the record when it was read or written; a lower by now, if the
   *     stack was frozen since
   * @param orphan that upper has it in its list of orphans
   */
  record Stored(InodeRecord inodeRecord, Optional<UpperLayer> upper, boolean orphan) {

    /** Only if it is in the upper may that have entries or runs of the inode. */
    boolean isIn(UpperLayer now) {
      return upper.isPresent() && upper.get() == now;
    }
  }

  /** The lowers that show through, as one state of the stack has them. */
  private record Parts(LayerStack.Layers of, List<LowerPart> list) {}
}
