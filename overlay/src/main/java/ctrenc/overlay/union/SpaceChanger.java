package ctrenc.overlay.union;

import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Carries out fallocate(2). Allocation reserves nothing, as extents are written once; holes hide
 * what lower layers have there.
 */
final class SpaceChanger {

  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final int ZERO_RANGE = 16;

  private final OpenFiles files;
  private final Sealer sealer;
  private final FileWriter writer;
  private final WallClock clock;

  SpaceChanger(OpenFiles files, Sealer sealer, FileWriter writer, WallClock clock) {
    this.files = files;
    this.sealer = sealer;
    this.writer = writer;
    this.clock = clock;
  }

  void allocate(long inode, long handle, long offset, long length, int mode)
      throws IOException, ErrnoException {
    if (offset < 0 || length <= 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    if (offset > Long.MAX_VALUE - length) {
      throw new ErrnoException(Errno.EFBIG);
    }
    try (NodeTable.Pin pin = files.pin(inode, handle)) {
      Node node = pin.node();
      if (!node.inodeRecord().isRegular()) {
        throw new ErrnoException(Errno.ENODEV);
      }
      long end = offset + length;
      switch (mode) {
        case 0 -> grow(node, end);
        case KEEP_SIZE -> {}
        case PUNCH_HOLE | KEEP_SIZE, ZERO_RANGE | KEEP_SIZE -> clear(node, offset, end);
        case ZERO_RANGE -> {
          clear(node, offset, end);
          grow(node, end);
        }
        default -> throw new ErrnoException(Errno.EOPNOTSUPP);
      }
    }
  }

  private void grow(Node node, long end) throws IOException {
    if (node.content().size() >= end) {
      return;
    }
    Timestamp now = clock.now();
    sealer.resize(
        node,
        Math.max(node.content().size(), end),
        (edit, batch) -> edit.modified(now).changed(now));
  }

  private void clear(Node node, long from, long end) throws IOException {
    sealer.seal(node);
    long to = Math.min(end, node.inodeRecord().size());
    if (from >= to) {
      return;
    }
    if (node.inodeRecord().body() instanceof InodeRecord.Body.Small) {
      writer.put(node, from, MemorySegment.ofArray(new byte[(int) (to - from)]));
      sealer.seal(node);
      return;
    }
    Timestamp now = clock.now();
    sealer.replace(
        node,
        from,
        to,
        (edit, batch) -> {
          edit.modified(now).changed(now);
          batch.replace(node.inode(), new FileRun.Hole(from, to - from));
        });
  }
}
