package ctrenc.overlay.union;

import ctrenc.overlay.extent.SyncExpectation;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.ring.MemoryPart;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.OpenFile;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Opens files, and brings what was written through them into the store. */
final class OpenFiles {

  /** O_TRUNC of open(2). */
  static final int TRUNCATE = 01000;

  private static final int ACCESS_MODE = 3;

  /** The daemon is the only writer, so what the kernel holds of a file stays true. */
  private static final boolean KEEP_CACHE = true;

  private final LayerStack stack;
  private final NodeTable nodes;
  private final AttributeChanger changer;
  private final Sealer sealer;
  private final AccessTimes accessTimes;
  private final ErrnoTranslator errors;
  private final @Nullable MemoryPart kept;
  private final HandleTable<FileHandle> handles = new HandleTable<>();

  /** With {@code kept}, handles outlive this process. */
  OpenFiles(
      LayerStack stack,
      NodeTable nodes,
      AttributeChanger changer,
      Sealer sealer,
      AccessTimes accessTimes,
      ErrnoTranslator errors,
      @Nullable MemoryPart kept) {
    this.stack = stack;
    this.nodes = nodes;
    this.changer = changer;
    this.sealer = sealer;
    this.accessTimes = accessTimes;
    this.errors = errors;
    this.kept = kept;
  }

  OpenFile open(Caller caller, long inode, int flags) throws IOException, ErrnoException {
    try (NodeTable.Pin pin = nodes.pin(inode)) {
      Node node = pin.node();
      InodeRecord inodeRecord = node.inodeRecord();
      if (inodeRecord.isDirectory()) {
        throw new ErrnoException(Errno.EISDIR);
      }
      if (FileMode.isSymlink(inodeRecord.mode())) {
        throw new ErrnoException(Errno.ELOOP);
      }
      if ((flags & TRUNCATE) != 0 && (flags & ACCESS_MODE) != 0) {
        changer.empty(node, caller);
      }
      node.addOpen();
      return add(node);
    }
  }

  /** Makes a handle of an open that was counted on the node before. */
  OpenFile add(Node node) {
    FileHandle handle = new FileHandle(node);
    if (kept == null) {
      return new OpenFile(handles.add(handle), KEEP_CACHE);
    }
    long number = kept.memory().handles().open(kept.number(node.inode()));
    handles.put(number, handle);
    return new OpenFile(number, KEEP_CACHE);
  }

  /** Takes up a handle that an earlier process gave out; nothing if its file is gone. */
  void adopt(long number, long inode, int mark) throws IOException {
    Optional<NodeTable.Pin> found = nodes.findOpen(inode);
    if (found.isEmpty()) {
      return;
    }
    try (NodeTable.Pin pin = found.get()) {
      pin.node().addOpen();
      handles.put(number, new FileHandle(pin.node()));
    }
  }

  /**
   * Pins the node of a handle. A handle of an earlier opening of the filesystem is served by its
   * inode number.
   */
  NodeTable.Pin pin(long inode, long number) throws IOException, ErrnoException {
    FileHandle handle = handles.get(number);
    if (handle != null && handle.node().inode() == inode && handle.node().hold()) {
      return new NodeTable.Pin(nodes, handle.node());
    }
    return nodes.pin(inode);
  }

  void flush(long inode, long number) throws IOException, ErrnoException {
    try (NodeTable.Pin pin = pin(inode, number)) {
      if (pin.node().inodeRecord().links() > 0) {
        seal(pin.node());
      }
      report(pin.node(), number);
    }
  }

  /** Seals what was written to a file; to be made durable, it still has to be synced. */
  void seal(long inode, long number) throws IOException, ErrnoException {
    try (SyncExpectation _ = stack.upper().expectSync();
        NodeTable.Pin pin = pin(inode, number)) {
      seal(pin.node());
      report(pin.node(), number);
    }
  }

  /** Forgets every handle, after the end of the filesystem. */
  void forget() {
    handles.clear();
  }

  void release(long number) throws IOException {
    FileHandle handle = handles.remove(number);
    if (kept != null) {
      kept.memory().handles().close(number);
    }
    if (handle == null) {
      return;
    }
    Node node = handle.node();
    try {
      if (node.inodeRecord().links() > 0) {
        seal(node);
        accessTimes.store(node);
      }
    } finally {
      node.endOpen();
      nodes.abandon(node);
      nodes.release(node, 1);
    }
  }

  /** What fails here stays gathered, and every handle of the file is told once. */
  private void seal(Node node) {
    try {
      sealer.seal(node);
    } catch (IOException e) {
      node.content().fail(errors.errnoOf(e));
      errors.log("gathered bytes not sealed yet", e);
    }
  }

  private void report(Node node, long number) throws ErrnoException {
    FileHandle handle = handles.get(number);
    if (handle != null) {
      handle.report();
    } else if (node.knownContent() != null && node.content().unsealed() != null) {
      throw new ErrnoException(node.content().failure().errno());
    }
  }
}
