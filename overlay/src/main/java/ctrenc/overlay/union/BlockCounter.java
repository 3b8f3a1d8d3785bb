package ctrenc.overlay.union;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.storage.KeyAbsentException;
import java.io.IOException;
import java.util.concurrent.locks.StampedLock;

/**
 * Counts the 512-byte blocks of a file, so that du(1) and tar(1) see which files are sparse. Files
 * of image trees and small files count as dense. Of a file in pieces only the first {@link
 * #MOST_SPANS} are walked, and the rest counts as dense, as does what lies under a lost key.
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
    InodeRecord inodeRecord = node.inodeRecord();
    if (inodeRecord.isDirectory()) {
      return DIRECTORY_BLOCKS;
    }
    if (!inodeRecord.isRegular()) {
      return 0;
    }
    boolean dense = !(inodeRecord.body() instanceof InodeRecord.Body.Runs);
    if (dense || inodeRecord.size() == 0) {
      return blocks(size);
    }
    FileContent content = node.content();
    long counted = content.blocks();
    if (counted < 0) {
      counted = count(node, content);
    }
    return counted + blocks(size - inodeRecord.size());
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
