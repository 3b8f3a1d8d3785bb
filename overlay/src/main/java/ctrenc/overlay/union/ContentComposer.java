package ctrenc.overlay.union;

import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides in which form a file's taken bytes are stored: in the inode's record while the whole
 * content is small and known, else in runs. A small body that outgrows its record becomes a run.
 */
final class ContentComposer {

  private final ExtentPacker packer;
  private final ExtentBuffers buffers;

  ContentComposer(ExtentPacker packer, ExtentBuffers buffers) {
    this.packer = packer;
    this.buffers = buffers;
  }

  /**
   * Appends what has to be appended, and returns the change that makes it the file's content. Bytes
   * at and above a new size are left out.
   */
  Sealer.RecordChange compose(Node node, FileContent.Taken taken, OptionalLong newSize)
      throws IOException {
    if (taken.unsealed() == null && newSize.isEmpty()) {
      return Sealer.RecordChange.NONE;
    }
    long size = newSize.orElse(taken.size());
    Sealer.RecordChange content = content(node, below(taken.bytes(), size), size);
    Unsealed unsealed = taken.unsealed();
    if (unsealed == null || unsealed.modified().isEmpty()) {
      return content;
    }
    Timestamp modified = unsealed.modified().get();
    return content.then((edit, batch) -> written(edit, modified));
  }

  private Sealer.RecordChange content(Node node, DirtyBytes bytes, long size) throws IOException {
    InodeRecord before = node.inodeRecord();
    if (size == 0) {
      return whole(node, InodeRecord.RUNS, 0);
    }
    if (size <= InodeRecord.SMALL_LIMIT && isKnown(before, bytes, size)) {
      return whole(node, new InodeRecord.Body.Small(small(before, bytes, (int) size)), size);
    }
    boolean outgrown = node.inUpper() && before.body() instanceof InodeRecord.Body.Small;
    DirtyBytes all = outgrown ? withSmall(before, bytes, size) : bytes;
    List<FileRun.Data> runs = packer.pack(all);
    boolean cut = size < before.size();
    return (edit, batch) -> {
      edit.body(InodeRecord.RUNS).size(size);
      if (cut) {
        batch.truncate(node.inode(), size);
      }
      for (FileRun.Data run : runs) {
        batch.replace(node.inode(), run);
      }
    };
  }

  /** The change to a content that lies in the record alone. */
  private static Sealer.RecordChange whole(Node node, InodeRecord.Body body, long size) {
    InodeRecord before = node.inodeRecord();
    boolean hadRuns = before.body() instanceof InodeRecord.Body.Runs && before.size() > 0;
    return (edit, batch) -> {
      edit.size(size).hideLower().body(body);
      if (hadRuns) {
        batch.truncate(node.inode(), 0);
      }
    };
  }

  private static boolean isKnown(InodeRecord before, DirtyBytes bytes, long size) {
    return before.size() == 0
        || before.body() instanceof InodeRecord.Body.Small
        || bytes.covers(0, size);
  }

  private static byte[] small(InodeRecord before, DirtyBytes bytes, int size) {
    byte[] data =
        before.body() instanceof InodeRecord.Body.Small small
            ? Arrays.copyOf(small.data(), size)
            : new byte[size];
    bytes.copyTo(0, MemorySegment.ofArray(data));
    return data;
  }

  private DirtyBytes withSmall(InodeRecord before, DirtyBytes bytes, long size) throws IOException {
    GatherBuffer all = new GatherBuffer(new AtomicLong(), buffers);
    byte[] data = ((InodeRecord.Body.Small) before.body()).data();
    all.put(0, MemorySegment.ofArray(data).asSlice(0, Math.min(size, data.length)));
    bytes.forEach(
        (offset, array, from, length) ->
            all.put(offset, MemorySegment.ofArray(array).asSlice(from, length)));
    return all;
  }

  private DirtyBytes below(DirtyBytes bytes, long size) throws IOException {
    if (bytes.end() <= size) {
      return bytes;
    }
    DirtyBytes rest = new GatherBuffer(new AtomicLong(), buffers);
    bytes.forEach(
        (offset, array, from, length) -> {
          long count = Math.min(length, size - offset);
          if (count > 0) {
            rest.put(offset, MemorySegment.ofArray(array).asSlice(from, count));
          }
        });
    return rest;
  }

  private static void written(InodeEdit edit, Timestamp modified) {
    edit.modified(modified).changed(AttributeReader.later(edit.changed(), modified));
  }
}
