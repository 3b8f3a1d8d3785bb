package ctrenc.overlay.union;

import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import java.io.IOException;
import java.util.concurrent.locks.StampedLock;

/** Finds where data or a hole begins, for lseek(2) with SEEK_DATA and SEEK_HOLE. */
final class SeekFinder {

  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;

  private final OpenFiles files;
  private final Sealer sealer;
  private final SpanFinder spans;

  SeekFinder(OpenFiles files, Sealer sealer, SpanFinder spans) {
    this.files = files;
    this.sealer = sealer;
    this.spans = spans;
  }

  long seek(long inode, long handle, long offset, int whence) throws IOException, ErrnoException {
    if (whence != SEEK_DATA && whence != SEEK_HOLE) {
      throw new ErrnoException(Errno.EINVAL);
    }
    try (NodeTable.Pin pin = files.pin(inode, handle)) {
      Node node = pin.node();
      FileReader.requireRegular(node);
      sealer.seal(node);
      StampedLock data = node.content().data();
      long stamp = data.readLock();
      try {
        return find(node, offset, whence == SEEK_DATA);
      } finally {
        data.unlockRead(stamp);
      }
    }
  }

  private long find(Node node, long offset, boolean wantsData) throws IOException, ErrnoException {
    long size = node.inodeRecord().size();
    if (offset < 0 || offset >= size) {
      throw new ErrnoException(Errno.ENXIO);
    }
    long at = offset;
    while (at < size) {
      Span span = spans.at(node, at, size);
      at = seek(span, at, wantsData);
      if (at < span.end()) {
        return at;
      }
    }
    if (wantsData) {
      throw new ErrnoException(Errno.ENXIO);
    }
    return size;
  }

  /** The first place at or after {@code at} that is wanted, or the span's end. */
  private static long seek(Span span, long at, boolean wantsData) throws IOException {
    return switch (span) {
      case Span.Zeros zeros -> wantsData ? zeros.end() : at;
      case Span.Small small -> wantsData ? at : small.end();
      case Span.Bytes(Layer layer, FileRun run, long end) -> {
        long found = run.offset() + layer.seek(run, at - run.offset(), !wantsData);
        yield Math.min(end, found);
      }
    };
  }
}
