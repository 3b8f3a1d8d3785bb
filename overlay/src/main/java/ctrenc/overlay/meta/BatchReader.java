package ctrenc.overlay.meta;

import java.nio.ByteBuffer;
import java.util.Set;

/** Looks into a batch in RocksDB's serialized form; see {@link RocksBatch}. */
final class BatchReader {

  private final ByteBuffer bytes;

  BatchReader(byte[] serialized) {
    this.bytes = ByteBuffer.wrap(serialized);
  }

  /**
   * Whether the batch puts one of {@code keys} into a column family.
   *
   * @throws IllegalArgumentException if it is no batch of this store
   */
  boolean puts(int family, Set<ByteBuffer> keys) {
    bytes.position(RocksBatch.HEADER_LENGTH);
    while (bytes.hasRemaining()) {
      byte tag = bytes.get();
      int of = tag == RocksBatch.TAG_NOOP ? family : varint();
      switch (tag) {
        case RocksBatch.TAG_PUT -> {
          ByteBuffer key = string();
          string();
          if (of == family && keys.contains(key)) {
            return true;
          }
        }
        case RocksBatch.TAG_MERGE, RocksBatch.TAG_DELETE_RANGE -> {
          string();
          string();
        }
        case RocksBatch.TAG_DELETE -> string();
        case RocksBatch.TAG_NOOP -> {
          // Padding that RocksDB itself may add; it has no family and no strings.
        }
        default -> throw new IllegalArgumentException("no tag of a batch: " + tag);
      }
    }
    return false;
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
}
