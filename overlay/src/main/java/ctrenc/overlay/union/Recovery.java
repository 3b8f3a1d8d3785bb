package ctrenc.overlay.union;

import ctrenc.overlay.ring.LogVisitor;
import ctrenc.overlay.ring.MemoryPart;
import ctrenc.overlay.ring.WriteLog;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * Goes on where an earlier process stopped, for a kernel that never noticed: nameless inodes and
 * open handles live on, and what was acknowledged is sealed before anything else is served.
 */
final class Recovery {

  private final LayerStack stack;
  private final NodeTable nodes;
  private final OpenFiles files;
  private final DirtyFiles dirtyFiles;
  private final Changes changes;

  Recovery(
      LayerStack stack, NodeTable nodes, OpenFiles files, DirtyFiles dirtyFiles, Changes changes) {
    this.stack = stack;
    this.nodes = nodes;
    this.changes = changes;
    this.files = files;
    this.dirtyFiles = dirtyFiles;
  }

  /**
   * The log stays as it is until all parts of the memory have recovered; until then it can be tried
   * again with the same memory.
   */
  void run(MemoryPart part) throws IOException {
    stack.upper().orphans(nodes::adopt);
    part.handles(files::adopt);
    part.memory().log().recover(new Writes(part));
    dirtyFiles.sealAll();
  }

  private final class Writes implements LogVisitor<IOException> {

    private final MemoryPart part;

    Writes(MemoryPart part) {
      this.part = part;
    }

    /** The node that an entry of the log is of; empty also where it is another part's. */
    private Optional<NodeTable.Pin> find(long number) throws IOException {
      return part.holds(number) ? nodes.findAgain(part.inode(number)) : Optional.empty();
    }

    @Override
    public void written(long inode, long offset, MemorySegment bytes, long seconds, int nanos)
        throws IOException {
      Optional<NodeTable.Pin> found = find(inode);
      if (found.isEmpty()) {
        return; // Another part's; or removed, and nobody had it open; or its key is lost.
      }
      try (NodeTable.Pin pin = found.get()) {
        Optional<Timestamp> time =
            nanos == WriteLog.NO_TIME
                ? Optional.empty()
                : Optional.of(new Timestamp(seconds, nanos));
        FileContent content = pin.node().content();
        content.restore(offset, bytes, time);
        dirtyFiles.add(content);
      }
    }

    @Override
    public void discarded(long inode, long from, long to) throws IOException {
      Optional<NodeTable.Pin> found = find(inode);
      if (found.isPresent()) {
        try (NodeTable.Pin pin = found.get()) {
          pin.node().content().discardRestored(from, to);
        }
      }
    }

    @Override
    public void changed(long inode, MemorySegment attributes) throws IOException {
      Optional<NodeTable.Pin> found = find(inode);
      if (found.isEmpty()) {
        return;
      }
      try (NodeTable.Pin pin = found.get();
          NodeLocks locks = NodeLocks.of(pin.node());
          Change change = changes.begin()) {
        WaitingAttributes.apply(attributes.toArray(ValueLayout.JAVA_BYTE), change.edit(pin.node()));
        change.commit();
      }
    }

    @Override
    public void timeIsSet(long inode) throws IOException {
      Optional<NodeTable.Pin> found = find(inode);
      if (found.isPresent()) {
        try (NodeTable.Pin pin = found.get()) {
          pin.node().content().restoreModifiedIsSet();
        }
      }
    }
  }
}
