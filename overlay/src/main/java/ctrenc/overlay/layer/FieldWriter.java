package ctrenc.overlay.layer;

import ctrenc.overlay.vfs.Timestamp;
import java.nio.ByteBuffer;
import java.util.UUID;

/** Writes the fields of a record, big-endian, into a buffer that grows. Not thread-safe. */
public final class FieldWriter {

  private ByteBuffer buffer;

  public FieldWriter(int expectedSize) {
    this.buffer = ByteBuffer.allocate(expectedSize);
  }

  public FieldWriter putByte(int value) {
    room(Byte.BYTES).put((byte) value);
    return this;
  }

  public FieldWriter putShort(int value) {
    room(Short.BYTES).putShort((short) value);
    return this;
  }

  public FieldWriter putInt(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  /** 16 bytes. */
  public FieldWriter putId(UUID id) {
    return putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
  }

  public FieldWriter putLong(long value) {
    room(Long.BYTES).putLong(value);
    return this;
  }

  public FieldWriter putTime(Timestamp time) {
    return putLong(time.seconds()).putInt(time.nanos());
  }

  public FieldWriter putBytes(byte[] value) {
    room(value.length).put(value);
    return this;
  }

  /** The number of bytes (4), then the bytes. */
  public FieldWriter putBlock(byte[] value) {
    return putInt(value.length).putBytes(value);
  }

  public FieldWriter putZeros(int count) {
    room(count).put(new byte[count]);
    return this;
  }

  public int size() {
    return buffer.position();
  }

  public byte[] toBytes() {
    byte[] result = new byte[buffer.position()];
    buffer.flip().get(result);
    return result;
  }

  private ByteBuffer room(int needed) {
    if (buffer.remaining() < needed) {
      int size = Math.max(2 * buffer.capacity(), buffer.position() + needed);
      buffer = ByteBuffer.allocate(size).put(buffer.flip());
    }
    return buffer;
  }
}
