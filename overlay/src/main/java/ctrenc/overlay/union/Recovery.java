package ctrenc.overlay.union;

import ctrenc.overlay.ring.LogVisitor;
import ctrenc.overlay.ring.RootMemory;
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

  /** Until it has succeeded, it can be tried again with the same memory. */
  void run(RootMemory memory) throws IOException {
    stack.upper().orphans(nodes::adopt);
    memory.handles().recover(files::adopt);
    memory.log().recover(new Writes());
    dirtyFiles.sealAll();
    memory.log().forgetRecovered();
  }

  private final class Writes implements LogVisitor<IOException> {

    @Override
    public void written(long inode, long offset, MemorySegment bytes, long seconds, int nanos)
        throws IOException {
      Optional<NodeTable.Pin> found = nodes.findAgain(inode);
      if (found.isEmpty()) {
        return; // Removed, and nobody had it open; or its key is lost.
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
      Optional<NodeTable.Pin> found = nodes.findAgain(inode);
      if (found.isPresent()) {
        try (NodeTable.Pin pin = found.get()) {
          pin.node().content().discardRestored(from, to);
        }
      }
    }

    @Override
    public void changed(long inode, MemorySegment attributes) throws IOException {
      Optional<NodeTable.Pin> found = nodes.findAgain(inode);
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
      Optional<NodeTable.Pin> found = nodes.findAgain(inode);
      if (found.isPresent()) {
        try (NodeTable.Pin pin = found.get()) {
          pin.node().content().restoreModifiedIsSet();
        }
      }
    }
  }
}
