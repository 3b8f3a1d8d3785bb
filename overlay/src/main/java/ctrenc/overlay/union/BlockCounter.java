package ctrenc.overlay.union;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.storage.KeyAbsentException;
import java.io.IOException;
import java.util.concurrent.locks.StampedLock;

/**
 * Counts the 512-byte blocks of a file, so that du(1) and tar(1) see which files are sparse. Files
 * of image trees and small files count as dense. Of a file in pieces only the first {@link
 * #MOST_SPANS} are walked, and the rest counts as dense, as does what lies under a lost key. Bytes
 * that wait to be sealed count besides, wherever they lie, up to the size.
 *
 * <p>A file that has a size never counts none: tar(1) takes such a file for one hole and stores
 * nothing of it, while the kernel may hold bytes of it that it did not hand over yet.
 */
final class BlockCounter {

  private static final int MOST_SPANS = 256;
  private static final long BLOCK = 512;
  private static final long DIRECTORY_BLOCKS = 8;

  private final SpanFinder spans;

  BlockCounter(SpanFinder spans) {
    this.spans = spans;
  }

  /** Blocks of a node whose size, with what is gathered, is {@code size}. */
  long of(Node node, long size) throws IOException {
    // Asked for before the record: what is sealed in between is counted twice rather than not.
    FileContent content = node.knownContent();
    long gathered = content == null ? 0 : content.gathered();
    InodeRecord inodeRecord = node.inodeRecord();
    if (inodeRecord.isDirectory()) {
      return DIRECTORY_BLOCKS;
    }
    if (!inodeRecord.isRegular() || size == 0) {
      return 0;
    }
    long counted = stored(node, inodeRecord) + blocks(gathered);
    return Math.clamp(counted, 1, blocks(size));
  }

  private long stored(Node node, InodeRecord inodeRecord) throws IOException {
    boolean dense = !(inodeRecord.body() instanceof InodeRecord.Body.Runs);
    if (dense || inodeRecord.size() == 0) {
      return blocks(inodeRecord.size());
    }
    FileContent content = node.content();
    long counted = content.blocks();
    return counted < 0 ? count(node, content) : counted;
  }

  private long count(Node node, FileContent content) throws IOException {
    StampedLock data = content.data();
    long stamp = data.readLock();
    try {
      long size = node.inodeRecord().size();
      long counted = blocks(size - zeros(node, size));
      content.countedBlocks(counted);
      return counted;
    } finally {
      data.unlockRead(stamp);
    }
  }

  /** Bytes of the first spans that are in holes. */
  private long zeros(Node node, long size) throws IOException {
    long zeros = 0;
    long at = 0;
    for (int walked = 0; at < size && walked < MOST_SPANS; walked++) {
      Span span;
      try {
        span = spans.at(node, at, size);
      } catch (KeyAbsentException e) {
        // What lies there is unknown; the size of the file is known all the same.
        return zeros;
      }
      zeros += span instanceof Span.Zeros ? span.end() - at : 0;
      at = span.end();
    }
    return zeros;
  }

  private static long blocks(long bytes) {
    return (Math.max(0, bytes) + BLOCK - 1) / BLOCK;
  }
}
