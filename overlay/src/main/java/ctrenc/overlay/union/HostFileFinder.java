package ctrenc.overlay.union;

import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.HostFileChangedException;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.HostFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.StampedLock;

/**
 * Finds the host's file that has all bytes of a file: one that nobody wrote to, whatever became of
 * its attributes. One that got a further name here is left out, because the kernel could not be
 * told of its older names when somebody writes to it at last.
 */
final class HostFileFinder {

  private final NodeTable nodes;
  private final LayerStack stack;
  private final SpanFinder spans;

  HostFileFinder(NodeTable nodes, LayerStack stack, SpanFinder spans) {
    this.nodes = nodes;
    this.stack = stack;
    this.spans = spans;
  }

  Optional<HostFile> find(long inode) throws IOException, ErrnoException {
    if (inode >= stack.lowerCeiling()) {
      return Optional.empty();
    }
    try (NodeTable.Pin pin = nodes.pin(inode)) {
      Node node = pin.node();
      if (!node.inodeRecord().isRegular() || node.isHostChanged() || hasNewNames(node)) {
        return Optional.empty();
      }
      return node.inUpper() ? unwritten(node) : whole(node);
    } catch (HostFileChangedException e) {
      // Reported by the layer; whoever reads the file is told.
      return Optional.empty();
    }
  }

  /** More names than the lowest layer gave it, whichever layer above added them. */
  private static boolean hasNewNames(Node node) throws IOException {
    List<LowerPart> parts = node.parts();
    int below =
        parts.isEmpty()
            ? 0
            : parts.getLast().layer().inode(node.inode()).map(InodeRecord::links).orElse(0);
    return node.inodeRecord().links() > below;
  }

  /** The runs of a file in the upper stand still while its data is locked. */
  private Optional<HostFile> unwritten(Node node) throws IOException {
    StampedLock data = node.content().data();
    long stamp = data.readLock();
    try {
      return whole(node);
    } finally {
      data.unlockRead(stamp);
    }
  }

  private Optional<HostFile> whole(Node node) throws IOException {
    long size = node.inodeRecord().size();
    FileContent content = node.knownContent();
    if (size == 0 || (content != null && content.unsealed() != null)) {
      return Optional.empty();
    }
    return spans.at(node, 0, size) instanceof Span.Bytes(Layer layer, FileRun run, long end)
            && end == size
            && run.length() == size
        ? layer.hostFile(run)
        : Optional.empty();
  }
}
