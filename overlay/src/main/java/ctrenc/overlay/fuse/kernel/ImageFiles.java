package ctrenc.overlay.fuse.kernel;

import static ctrenc.overlay.fuse.kernel.BackingTable.NONE;

import ctrenc.overlay.fuse.Passthrough;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides of every open of an image's file whether the kernel reads it by itself (it is passed) or
 * this server serves it. The kernel allows only one of both at a time on one node, and answers an
 * open in the other way with EIO. Thread-safe.
 *
 * <p>The rules, for opens of the plain node ({@link NodeId}); opens of the served node are served:
 *
 * <ul>
 *   <li>Read-only opens of a file that nobody wrote to are passed, all by one backing number, as
 *       long as no open is served.
 *   <li>An open that cannot be passed is served if no passed one is left; until the last served one
 *       ends, all are served.
 *   <li>One that cannot be passed while others are makes the file <em>switch</em>: this open and
 *       all later ones of the plain node are answered ESTALE, whereupon the kernel looks the name
 *       up again, once. Lookups hand out the served node from then on. Who reads the image's bytes
 *       goes on with them.
 *   <li>A file goes back when no passed open is left and the kernel has forgotten the served node;
 *       on its way to that it forgets a first lookup of it. From then on the plain node is served,
 *       until the kernel has forgotten that as well.
 * </ul>
 */
final class ImageFiles {

  /** O_DIRECT is served because not every filesystem of an image can do it. */
  private static final int NEVER_PASSED =
      OpenFlag.ACCESS_MODE | OpenFlag.TRUNCATE | OpenFlag.DIRECT;

  private final BackingTable table;
  private final FilePasser passer;
  private final long ceiling;
  private final ConcurrentMap<Long, FileOpens> files = new ConcurrentHashMap<>();
  private final KeptOpens kept;

  ImageFiles(FileSystem fileSystem, BackingTable table, KeptOpens kept) {
    this.table = table;
    this.kept = kept;
    passer = new FilePasser(fileSystem, table);
    ceiling = table.state() == Passthrough.ACTIVE ? fileSystem.imageCeiling() : 0;
  }

  /** Goes on with the files that the kernel has open since an earlier process. */
  void recover() {
    if (ceiling > 0) {
      kept.recover(files, table);
    }
  }

  Passthrough state() {
    return table.state();
  }

  /**
   * Counts an open of a node with these flags of open(2).
   *
   * @return the backing number to pass it by, or {@link BackingTable#NONE} if it is to be served
   * @throws ErrnoException ESTALE if the kernel is to look the name up again
   */
  int open(long node, int flags) throws ErrnoException {
    if (node >= ceiling) {
      return NONE;
    }
    boolean canPass = (flags & NEVER_PASSED) == 0;
    while (true) {
      FileOpens opens = files.computeIfAbsent(node, number -> kept.fresh());
      synchronized (opens) {
        if (files.get(node) == opens) {
          return open(node, opens, canPass);
        }
      }
    }
  }

  private int open(long inode, FileOpens opens, boolean canPass) throws ErrnoException {
    opens.requireNotSwitched();
    if (opens.isPassed()) {
      if (canPass && passer.isStill(inode, opens)) {
        return opens.passAgain();
      }
      throw switchOver(inode, opens);
    }
    if (canPass && opens.mayBeginToPass() && passer.begin(inode, opens)) {
      return opens.backing();
    }
    opens.serve();
    return NONE;
  }

  private ErrnoException switchOver(long inode, FileOpens opens) {
    opens.switchOver();
    table.forgetAttributes(inode);
    return new ErrnoException(Errno.ESTALE);
  }

  /**
   * To be called before the size of a node is changed by name.
   *
   * @throws ErrnoException ESTALE if the kernel is to look the name up again
   */
  void checkResize(long node) throws ErrnoException {
    FileOpens opens = of(node);
    if (opens == null || NodeId.isServed(node)) {
      return;
    }
    synchronized (opens) {
      opens.requireNotSwitched();
      if (opens.isPassed()) {
        throw switchOver(node, opens);
      }
    }
  }

  /** The open that was just counted has this handle. */
  void opened(long node, long handle, boolean isPassed) {
    if (node < ceiling) {
      kept.opened(handle, isPassed);
    }
  }

  /** False if the handle was given back before, to a process that did not live to say so. */
  boolean isOpen(long handle) {
    return kept.isOpen(handle);
  }

  /** An open that {@link #open} counted has ended, or failed after it. */
  void release(long node, boolean isPassed) {
    FileOpens opens = of(node);
    if (opens == null || NodeId.isServed(node)) {
      return;
    }
    synchronized (opens) {
      if (!isPassed) {
        opens.endServed();
      } else if (opens.isPassed() && opens.endPassed()) {
        table.remove(opens.backing());
      }
      dropIfIdle(node, opens);
    }
  }

  /** The node of an inode that the kernel gets one more reference on. */
  long handOut(long inode) {
    FileOpens opens = of(inode);
    if (opens == null) {
      return inode;
    }
    synchronized (opens) {
      if (!opens.hasSwitched()) {
        return inode;
      }
      opens.addLookup();
      return NodeId.served(inode);
    }
  }

  /** The kernel gives references on a node back. */
  void forget(long node, long count) {
    FileOpens opens = of(node);
    if (opens == null) {
      return;
    }
    synchronized (opens) {
      if (NodeId.isServed(node)) {
        opens.forgetServed(count);
      } else {
        opens.forgetPlain();
      }
      dropIfIdle(NodeId.inodeOf(node), opens);
    }
  }

  /** Attributes were changed by a node; a file that switched has them at the other one as well. */
  void attributesChanged(long node) {
    FileOpens opens = of(node);
    if (opens == null) {
      return;
    }
    boolean hasOther;
    synchronized (opens) {
      hasOther = opens.hasSwitched();
    }
    if (hasOther) {
      long inode = NodeId.inodeOf(node);
      table.forgetAttributes(NodeId.isServed(node) ? inode : NodeId.served(inode));
    }
  }

  /**
   * Whether the kernel may keep attributes that it got at a node. While a file's two nodes are both
   * in use, a change by one must show at the other at once.
   */
  boolean mayKeepAttributes(long node) {
    FileOpens opens = of(node);
    if (opens == null) {
      return true;
    }
    synchronized (opens) {
      return !opens.hasSwitched() || (NodeId.isServed(node) && !opens.isPassed());
    }
  }

  /**
   * Whether the kernel may keep that a name leads to a node. Of an image's file with several names
   * it may not: when the file switches, only the name that was used is looked up again.
   */
  boolean mayKeepName(long node, Attributes attributes) {
    return node >= ceiling || attributes.links() <= 1 || !FileMode.isRegular(attributes.mode());
  }

  /** Attributes as a node has them: whoever still reads the image's bytes sees their number. */
  Attributes seenAt(long node, Attributes attributes) {
    FileOpens opens = of(node);
    if (opens == null || NodeId.isServed(node)) {
      return attributes;
    }
    synchronized (opens) {
      return opens.showsOldBytes() ? attributes.withSize(opens.size()) : attributes;
    }
  }

  private @Nullable FileOpens of(long node) {
    long inode = NodeId.inodeOf(node);
    return inode < ceiling ? files.get(inode) : null;
  }

  private void dropIfIdle(long inode, FileOpens opens) {
    if (opens.isIdle() && files.remove(inode, opens)) {
      opens.drop();
    }
  }

  /** How many files are remembered: open ones, and few others. */
  int size() {
    return files.size();
  }
}
