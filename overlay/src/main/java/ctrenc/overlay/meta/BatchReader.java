package ctrenc.overlay.meta;

import java.nio.ByteBuffer;

/** Looks into a batch in RocksDB's serialized form; see {@link RocksBatch}. */
final class BatchReader {

  private final ByteBuffer bytes;

  BatchReader(byte[] serialized) {
    this.bytes = ByteBuffer.wrap(serialized);
  }

  /**
   * Shows every change of the batch.
   *
   * @throws IllegalArgumentException if it is no batch of this store
   */
  void visit(Visitor visitor) {
    bytes.position(RocksBatch.HEADER_LENGTH);
    while (bytes.hasRemaining()) {
      byte tag = bytes.get();
      switch (tag) {
        case RocksBatch.TAG_PUT, RocksBatch.TAG_MERGE, RocksBatch.TAG_DELETE_RANGE -> {
          int family = varint();
          ByteBuffer key = string();
          string();
          visitor.change(family, key, tag == RocksBatch.TAG_PUT);
        }
        case RocksBatch.TAG_DELETE -> visitor.change(varint(), string(), false);
        case RocksBatch.TAG_LOG_DATA -> string();
        case RocksBatch.TAG_NOOP -> {
          // Padding that RocksDB itself may add; it has no family and no strings.
        }
        default -> throw new IllegalArgumentException("no tag of a batch: " + tag);
      }
    }
  }

  private ByteBuffer string() {
    int length = varint();
    ByteBuffer part = bytes.slice(bytes.position(), length);
    bytes.position(bytes.position() + length);
    return part;
  }

  private int varint() {
    int value = 0;
    int shift = 0;
    byte next = bytes.get();
    while (next < 0) {
      value |= (next & 0x7f) << shift;
      shift += 7;
      next = bytes.get();
    }
    return value | next << shift;
  }

  /** Takes the changes of a batch, in order. */
  @FunctionalInterface
  interface Visitor {

    /** {@code key} is the first key of a range that is deleted. */
    void change(int family, ByteBuffer key, boolean isPut);
  }
}
