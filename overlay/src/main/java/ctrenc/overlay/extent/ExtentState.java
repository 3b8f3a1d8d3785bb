package ctrenc.overlay.extent;

import ctrenc.overlay.segment.SegmentPlace;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * What a layer's extent store must know at its next opening. Numbers are big-endian:
 *
 * <pre>
 * version (1) | closed in order (1) | layer UUID (16) | next extent id (8) |
 * settled id (8) | settled file (4) | settled offset (8) | tail file (4) | tail offset (8)
 * </pre>
 *
 * @param layerId names the directory of the layer's segment files
 * @param closed nothing was appended since this was written, and nothing waits to be freed
 * @param nextId no extent has this id or a higher one
 * @param settled extents below this mark, in id or in place, are placed and durable, or were freed;
 *     what a crash left lies above it
 * @param tail where the next envelope goes, if closed
 */
record ExtentState(UUID layerId, boolean closed, long nextId, Mark settled, SegmentPlace tail) {

  /** A point in the life of a layer's extents. */
  record Mark(long id, SegmentPlace tail) {

    /** What is moved takes no id, so the tail may go on without it. */
    boolean isAfter(Mark other) {
      return id > other.id
          || (id == other.id
              && (tail.file() > other.tail.file()
                  || (tail.file() == other.tail.file() && tail.offset() > other.tail.offset())));
    }
  }

  private static final byte VERSION = 1;
  private static final int MARK_LENGTH = Integer.BYTES + Long.BYTES;
  private static final int ENCODED_LENGTH = 2 + 4 * Long.BYTES + 2 * MARK_LENGTH;

  /** Of a layer that has no extents yet. */
  static ExtentState initial(UUID layerId, int firstOffset) {
    SegmentPlace start = new SegmentPlace(1, firstOffset, 0);
    return new ExtentState(layerId, true, 1, new Mark(1, start), start);
  }

  byte[] encode() {
    return ByteBuffer.allocate(ENCODED_LENGTH)
        .put(VERSION)
        .put((byte) (closed ? 1 : 0))
        .putLong(layerId.getMostSignificantBits())
        .putLong(layerId.getLeastSignificantBits())
        .putLong(nextId)
        .putLong(settled.id())
        .putInt(settled.tail().file())
        .putLong(settled.tail().offset())
        .putInt(tail.file())
        .putLong(tail.offset())
        .array();
  }

  static ExtentState decode(byte[] bytes, long layer)
      throws DamagedException, FormatTooNewException {
    if (bytes.length > 0 && Byte.toUnsignedInt(bytes[0]) > VERSION) {
      throw new FormatTooNewException(
          "The extents of layer " + layer + " were written by a newer release. Use that release.");
    }
    if (bytes.length != ENCODED_LENGTH || bytes[0] != VERSION) {
      throw new DamagedException("The state of the extents of layer " + layer + " is damaged.");
    }
    ByteBuffer fields = ByteBuffer.wrap(bytes, 1, ENCODED_LENGTH - 1);
    boolean closed = fields.get() == 1;
    UUID layerId = new UUID(fields.getLong(), fields.getLong());
    long nextId = fields.getLong();
    long settledId = fields.getLong();
    Mark settled = new Mark(settledId, new SegmentPlace(fields.getInt(), fields.getLong(), 0));
    SegmentPlace tail = new SegmentPlace(fields.getInt(), fields.getLong(), 0);
    return new ExtentState(layerId, closed, nextId, settled, tail);
  }
}
