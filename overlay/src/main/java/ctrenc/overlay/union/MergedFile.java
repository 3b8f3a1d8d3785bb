package ctrenc.overlay.union;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.layer.UpperLayer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Carries regular files over into another layer, sealed anew. For the thread that made it alone;
 * closing it wipes the bytes that passed.
 */
final class MergedFile implements AutoCloseable {

  private final MergedBatch batch;
  private final MergeWatch watch;
  private final Packing packing;
  private final MergedExtents extents = new MergedExtents();
  private final byte[] gathered = new byte[ExtentStore.MAX_LENGTH];
  private final byte[] piece = new byte[ExtentStore.MAX_LENGTH];
  private final Arena arena = Arena.ofConfined();

  /** Off the heap, since an image's files are read by the system. */
  private final MemorySegment window = arena.allocate(ExtentStore.MAX_LENGTH);

  MergedFile(UpperLayer target, MergedBatch batch, MergeWatch watch) {
    this.batch = batch;
    this.watch = watch;
    this.packing = new Packing(target, gathered);
  }

  /**
   * @param parts the layers that have a say in its bytes, top first
   * @param shownFromBelow so far bytes of layers that are not merged show through
   */
  void carry(long inode, InodeRecord top, List<LowerPart> parts, long shownFromBelow)
      throws IOException {
    InodeEdit edit = InodeEdit.of(top).lowerSize(Math.min(top.size(), shownFromBelow));
    boolean isSmall = top.size() > 0 && top.size() <= InodeRecord.SMALL_LIMIT;
    if (isSmall && edit.lowerSize() == 0) {
      edit.body(new InodeRecord.Body.Small(small(inode, parts, (int) top.size())));
      watch.carriedBytes(top.size());
    } else {
      carryRuns(inode, parts, top.size(), edit.lowerSize());
      edit.body(InodeRecord.RUNS);
    }
    batch.put(inode, edit.build());
  }

  private byte[] small(long inode, List<LowerPart> parts, int size) throws IOException {
    byte[] bytes = new byte[size];
    int at = 0;
    while (at < size) {
      LowerSpans.Found found = LowerSpans.at(parts, inode, at, size);
      if (found.layer() != null && found.run() != null) {
        int length = Math.toIntExact(found.end() - at);
        read(found.layer(), found.run(), at, bytes, at, length);
      }
      at = Math.toIntExact(found.end());
    }
    return bytes;
  }

  private void carryRuns(long inode, List<LowerPart> parts, long size, long lowerSize)
      throws IOException {
    long at = 0;
    while (at < size) {
      LowerSpans.Found found = LowerSpans.at(parts, inode, at, size);
      if (found.run() instanceof FileRun.Hole && at < lowerSize) {
        batch.put(inode, new FileRun.Hole(at, Math.min(found.end(), lowerSize) - at));
      } else if (found.layer() != null && found.run() != null) {
        if (found.run() instanceof FileRun.Data data) {
          carryExtent(inode, found.layer(), data, at, found.end());
        } else {
          carryRun(inode, found.layer(), found.run(), at, found.end());
        }
      }
      at = found.end();
    }
    packing.seal();
    putRuns(inode);
  }

  /** Shares what of a run in [from, to) is carried already, of this file or another one. */
  private void carryExtent(long inode, Layer layer, FileRun.Data run, long from, long to)
      throws IOException {
    long at = from;
    while (at < to) {
      ExtentReference rest = run.reference().part((int) (at - run.offset()), (int) (to - at));
      Optional<ExtentReference> merged = extents.merged(layer, rest);
      int length = merged.map(ExtentReference::length).orElse(extents.lacking(layer, rest));
      if (merged.isPresent()) {
        batch.put(inode, new FileRun.Data(at, merged.get()));
      } else {
        extents.read(layer, rest.part(0, length), at);
        carryBytes(inode, layer, run, at, length);
      }
      at += length;
    }
  }

  private void carryBytes(long inode, Layer layer, FileRun run, long offset, int length)
      throws IOException {
    read(layer, run, offset, piece, 0, length);
    packing.add(offset, piece, 0, length);
    watch.carriedBytes(length);
    putRuns(inode);
  }

  /** Carries the bytes of a run in [from, to), but for the holes that its storage knows of. */
  private void carryRun(long inode, Layer layer, FileRun run, long from, long to)
      throws IOException {
    if (run instanceof FileRun.Hole) {
      return;
    }
    long at = from;
    while (at < to) {
      long data = Math.min(to, run.offset() + layer.seek(run, at - run.offset(), false));
      long end = data;
      if (data < to) {
        long hole = run.offset() + layer.seek(run, data - run.offset(), true);
        end = Math.min(Math.min(to, hole), data + piece.length);
        carryBytes(inode, layer, run, data, Math.toIntExact(end - data));
      }
      at = end;
    }
  }

  /** Reads {@code length} bytes of a run, which begin at {@code offset} of the file. */
  private void read(Layer layer, FileRun run, long offset, byte[] into, int at, int length)
      throws IOException {
    layer.read(run, offset - run.offset(), window.asSlice(0, length));
    MemorySegment.copy(window, ValueLayout.JAVA_BYTE, 0, into, at, length);
  }

  private void putRuns(long inode) throws IOException {
    for (FileRun.Data run : packing.takeRuns()) {
      batch.put(inode, run);
      extents.stored(run);
    }
  }

  @Override
  public void close() {
    Arrays.fill(gathered, (byte) 0);
    Arrays.fill(piece, (byte) 0);
    window.fill((byte) 0);
    arena.close();
  }
}
