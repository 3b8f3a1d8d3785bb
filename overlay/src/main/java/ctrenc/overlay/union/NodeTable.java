package ctrenc.overlay.union;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The live inodes by number. Thread-safe; no lock is shared between inodes. */
final class NodeTable {

  private static final Logger LOG = LoggerFactory.getLogger(NodeTable.class);

  private final LayerStack stack;
  private final Orphans orphans;
  private final WriteGather gather;
  private final ConcurrentMap<Long, Node> nodes = new ConcurrentHashMap<>();
  private final AtomicLong made = new AtomicLong();

  NodeTable(LayerStack stack, Orphans orphans, WriteGather gather) {
    this.stack = stack;
    this.orphans = orphans;
    this.gather = gather;
  }

  /**
   * Takes a reference on an inode for the time of an operation.
   *
   * @throws ErrnoException ESTALE if there is no such inode, or it is gone
   */
  Pin pin(long inode) throws IOException, ErrnoException {
    return find(inode).orElseThrow(() -> new ErrnoException(Errno.ESTALE));
  }

  /** As {@link #pin}, but empty where the inode is gone. */
  Optional<Pin> find(long inode) throws IOException {
    return find(inode, false);
  }

  private Optional<Pin> find(long inode, boolean isOpen) throws IOException {
    Node node = hold(inode);
    boolean found = false;
    try {
      found = node.isLoaded() || load(node, isOpen);
    } finally {
      if (!found) {
        release(node, 1);
      }
    }
    return found ? Optional.of(new Pin(this, node)) : Optional.empty();
  }

  /**
   * As {@link #find}, for an inode that an earlier process used; empty also where its record is
   * sealed by a key that was lost since. Whoever still has it open is told so when he uses it.
   */
  Optional<Pin> findAgain(long inode) throws IOException {
    return findAgain(inode, false);
  }

  /**
   * The same for one that somebody has open since then, so that it is there without a name too. In
   * the upper it is adopted; it may have been frozen since it lost its name.
   */
  Optional<Pin> findOpen(long inode) throws IOException {
    return findAgain(inode, true);
  }

  private Optional<Pin> findAgain(long inode, boolean isOpen) throws IOException {
    try {
      return find(inode, isOpen);
    } catch (KeyAbsentException e) {
      LOG.atWarn()
          .addKeyValue("inode", inode)
          .setCause(e)
          .log("what waited to be stored of a file is given up with the key of its layer");
      return Optional.empty();
    }
  }

  /** A node for an inode that is being made; it is loaded when its first record is committed. */
  Pin fresh(long inode) {
    return new Pin(this, hold(inode));
  }

  private Node hold(long inode) {
    while (true) {
      Node node = nodes.computeIfAbsent(inode, this::make);
      if (node.hold()) {
        return node;
      }
      Thread.onSpinWait();
    }
  }

  private Node make(long inode) {
    return new Node(inode, stack, gather, made.incrementAndGet() << Integer.SIZE);
  }

  private boolean load(Node node, boolean isOpen) throws IOException {
    node.guard().lock();
    try {
      if (node.isLoaded()) {
        return true;
      }
      Optional<LayerStack.Found> found = stack.find(node.inode());
      if (found.isEmpty()) {
        return false;
      }
      InodeRecord inodeRecord = found.get().inodeRecord();
      if (inodeRecord.links() == 0 && !isOpen) {
        return false;
      }
      node.load(found.get());
      return true;
    } finally {
      node.guard().unlock();
    }
  }

  /**
   * Takes up a nameless inode that the kernel may still refer to from an earlier process's time.
   * How often is not known; but it gives all its references to a nameless inode back at once.
   */
  void adopt(long inode) throws IOException {
    Optional<InodeRecord> found = stack.upper().inode(inode);
    if (found.isEmpty()) {
      return;
    }
    Node node = hold(inode);
    node.publish(found.get(), true);
    node.addLookup();
    release(node, 1);
  }

  /** Gives back {@code count} lookups of an inode, or as many as it has. */
  void forget(long inode, long count) {
    Node node = nodes.get(inode);
    if (node == null || !node.hold()) {
      return;
    }
    long taken = node.takeLookups(count);
    abandon(node);
    release(node, taken + 1);
  }

  /**
   * Forgets what is gathered of a file that nobody can reach any more. The caller holds a
   * reference.
   */
  void abandon(Node node) {
    FileContent content = node.knownContent();
    if (content == null
        || content.unsealed() == null
        || node.inodeRecord().links() > 0
        || node.isReachable()) {
      return;
    }
    if (content.abandon()) {
      release(node, 1);
    }
  }

  /** Gives back references; whoever gives the last lets go of a nameless inode. */
  void release(Node node, long count) {
    if (node.drop(count)) {
      nodes.remove(node.inode(), node);
      if (node.isOrphan()) {
        orphans.add(node.inode());
      }
    }
  }

  /** The inodes that are in use, as far as the kernel knows them too. */
  long[] numbers() {
    return nodes.keySet().stream().mapToLong(Long::longValue).toArray();
  }

  /** Forgets what is known of all inodes, after the end of the filesystem. */
  void forgetAll() {
    nodes.clear();
  }

  int size() {
    return nodes.size();
  }

  /** A reference for the time of an operation. */
  record Pin(NodeTable table, Node node) implements AutoCloseable {
    @Override
    public void close() {
      table.release(node, 1);
    }
  }
}
