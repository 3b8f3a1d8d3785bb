package ctrenc.overlay.union;

import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Takes written bytes: a whole extent's worth is sealed at once, anything else is gathered. A write
 * is refused, not half taken, when there is no room to gather it and none can be made.
 */
final class FileWriter {

  private final OpenFiles files;
  private final AttributeChanger changer;
  private final Sealer sealer;
  private final DirtyFiles dirtyFiles;
  private final StreamSealer streams;
  private final WallClock clock;
  private final long mostPerFile;

  /**
   * {@code mostPerFile} is the number of gathered bytes of one file from which on its writer seals.
   */
  FileWriter(
      OpenFiles files,
      AttributeChanger changer,
      Sealer sealer,
      DirtyFiles dirtyFiles,
      StreamSealer streams,
      WallClock clock,
      long mostPerFile) {
    this.files = files;
    this.changer = changer;
    this.sealer = sealer;
    this.dirtyFiles = dirtyFiles;
    this.streams = streams;
    this.clock = clock;
    this.mostPerFile = mostPerFile;
  }

  /** Writes at {@code now}, or, without a time, leaves the file's times alone. */
  int write(
      long inode,
      long handle,
      long offset,
      MemorySegment source,
      boolean killPrivileges,
      Optional<Timestamp> now)
      throws IOException, ErrnoException {
    try (NodeTable.Pin pin = files.pin(inode, handle)) {
      Node node = pin.node();
      FileReader.requireRegular(node);
      if (offset < 0) {
        throw new ErrnoException(Errno.EINVAL);
      }
      if (offset > Long.MAX_VALUE - source.byteSize()) {
        throw new ErrnoException(Errno.EFBIG);
      }
      if (killPrivileges) {
        changer.dropPrivileges(node);
      }
      if (source.byteSize() > 0) {
        put(node, offset, source, now);
      }
      return (int) source.byteSize();
    }
  }

  /** Takes bytes of a pinned node, written now. */
  void put(Node node, long offset, MemorySegment source) throws IOException {
    put(node, offset, source, Optional.of(clock.now()));
  }

  private void put(Node node, long offset, MemorySegment source, Optional<Timestamp> now)
      throws IOException {
    boolean small = node.inodeRecord().body() instanceof InodeRecord.Body.Small;
    if (source.byteSize() == ExtentStore.MAX_LENGTH
        && (!small || offset == 0)
        && node.content().isLogged()) {
      sealer.writeThrough(node, offset, source, now);
      return;
    }
    FileContent content = node.content();
    if (content.gathered() >= mostPerFile) {
      sealer.seal(node);
    }
    dirtyFiles.makeRoom();
    boolean full = content.put(offset, source, now);
    dirtyFiles.add(content);
    if (content.isPerishable()) {
      sealer.seal(node);
    } else {
      streams.written(content, full);
    }
  }
}
