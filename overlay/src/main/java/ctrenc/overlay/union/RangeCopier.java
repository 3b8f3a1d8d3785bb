package ctrenc.overlay.union;

import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies a range between files. Extents of the upper are shared; what lies in lower layers, in
 * records or in host files is copied. A call may copy less than was asked for, as
 * copy_file_range(2) allows.
 */
final class RangeCopier {

  /** Runs that one batch shares at most. */
  private static final int MOST_RUNS = 1024;

  /** Bytes that one call copies at most, so that a request does not take long. */
  private static final long MOST_COPIED = 16L << 20;

  private final OpenFiles files;
  private final Sealer sealer;
  private final SpanFinder spans;
  private final LayerStack stack;
  private final DataReader reader;
  private final FileWriter writer;
  private final WallClock clock;

  RangeCopier(
      OpenFiles files,
      Sealer sealer,
      SpanFinder spans,
      LayerStack stack,
      DataReader reader,
      FileWriter writer,
      WallClock clock) {
    this.files = files;
    this.sealer = sealer;
    this.spans = spans;
    this.stack = stack;
    this.reader = reader;
    this.writer = writer;
    this.clock = clock;
  }

  long copy(
      long inode, long handle, long offset, long toInode, long toHandle, long toOffset, long length)
      throws IOException, ErrnoException {
    if (offset < 0 || toOffset < 0 || length < 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    if (toOffset > Long.MAX_VALUE - length) {
      throw new ErrnoException(Errno.EFBIG);
    }
    try (NodeTable.Pin from = files.pin(inode, handle);
        NodeTable.Pin to = files.pin(toInode, toHandle)) {
      FileReader.requireRegular(from.node());
      FileReader.requireRegular(to.node());
      if (inode == toInode && Math.abs(offset - toOffset) < length) {
        throw new ErrnoException(Errno.EINVAL);
      }
      boolean swapped = toInode < inode;
      FileContent first = (swapped ? to : from).node().content();
      FileContent second = (swapped ? from : to).node().content();
      first.sealing().lock();
      second.sealing().lock();
      try {
        return copy(from.node(), offset, to.node(), toOffset, length);
      } finally {
        second.sealing().unlock();
        first.sealing().unlock();
      }
    }
  }

  private long copy(Node from, long offset, Node to, long toOffset, long length)
      throws IOException {
    sealer.seal(from);
    sealer.seal(to);
    long wanted = Math.min(length, from.inodeRecord().size() - offset);
    long copied = 0;
    long moved = 0;
    while (moved < wanted && copied < MOST_COPIED) {
      long at = offset + moved;
      List<FileRun> runs = sharable(from, at, offset + wanted, to, toOffset + moved);
      long shared = runs.isEmpty() ? 0 : runs.getLast().end() - (toOffset + moved);
      if (shared > 0 && takesRuns(to, toOffset + moved, shared)) {
        share(to, runs);
        moved += shared;
      } else {
        long end = Math.min(offset + wanted, at + ExtentStore.MAX_LENGTH);
        long count =
            copyBytes(
                from, at, to, toOffset + moved, shared > 0 ? at + Math.min(shared, end - at) : end);
        moved += count;
        copied += count;
      }
    }
    return Math.max(0, moved);
  }

  /** The runs that the target gets, from the source's spans on as far as these can be shared. */
  private List<FileRun> sharable(Node from, long start, long end, Node to, long toStart)
      throws IOException {
    List<FileRun> runs = new ArrayList<>();
    long at = start;
    while (at < end && runs.size() < MOST_RUNS) {
      Span span = spans.at(from, at, end);
      long toOffset = toStart + at - start;
      long length = span.end() - at;
      if (span instanceof Span.Zeros) {
        runs.add(new FileRun.Hole(toOffset, length));
      } else if (span instanceof Span.Bytes bytes
          && bytes.layer() == stack.upper()
          && bytes.run() instanceof FileRun.Data data) {
        int skip = (int) (at - data.offset());
        runs.add(new FileRun.Data(toOffset, data.reference().part(skip, (int) length)));
      } else {
        break;
      }
      at = span.end();
    }
    return runs;
  }

  /** A small body lies in the record, so runs may only take its whole place. */
  private static boolean takesRuns(Node to, long offset, long length) {
    InodeRecord inodeRecord = to.inodeRecord();
    boolean small = to.inUpper() && inodeRecord.body() instanceof InodeRecord.Body.Small;
    return !small || (offset == 0 && length >= inodeRecord.size());
  }

  private void share(Node to, List<FileRun> runs) throws IOException {
    long end = runs.getLast().end();
    Timestamp now = clock.now();
    sealer.replace(
        to,
        runs.getFirst().offset(),
        end,
        (edit, batch) -> {
          edit.body(InodeRecord.RUNS).size(Math.max(edit.size(), end)).modified(now).changed(now);
          for (FileRun run : runs) {
            batch.replace(to.inode(), run);
          }
        });
  }

  private long copyBytes(Node from, long offset, Node to, long toOffset, long end)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(end - offset);
      try {
        int count = reader.read(from, offset, buffer);
        writer.put(to, toOffset, buffer.asSlice(0, count));
        return count;
      } finally {
        buffer.fill((byte) 0);
      }
    }
  }
}
