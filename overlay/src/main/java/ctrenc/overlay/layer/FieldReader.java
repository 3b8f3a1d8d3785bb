package ctrenc.overlay.layer;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.vfs.Timestamp;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * Reads the fields of a record, big-endian. Whatever does not fit is a {@link DamagedException}
 * that names the record: bytes from the disk never lead to another exception. Not thread-safe.
 */
public final class FieldReader {

  private final ByteBuffer buffer;
  private final String subject;

  /**
   * @param subject what the bytes are, for messages: "inode record 5 of layer ..."
   */
  public FieldReader(byte[] bytes, String subject) {
    this(bytes, 0, subject);
  }

  public FieldReader(byte[] bytes, int offset, String subject) {
    this.buffer =
        ByteBuffer.wrap(bytes, Math.min(offset, bytes.length), Math.max(0, bytes.length - offset));
    this.subject = subject;
  }

  /** Reads a format version that must be between 1 and {@code known}. */
  public int version(int known) throws DamagedException, FormatTooNewException {
    int version = getByte() & 0xff;
    if (version == 0) {
      throw damaged("has format version zero");
    }
    if (version > known) {
      throw new FormatTooNewException(
          "The "
              + subject
              + " has format version "
              + version
              + "; this release reads up to "
              + known
              + ".");
    }
    return version;
  }

  public byte getByte() throws DamagedException {
    return need(Byte.BYTES).get();
  }

  public int getShort() throws DamagedException {
    return need(Short.BYTES).getShort() & 0xffff;
  }

  public int getInt() throws DamagedException {
    return need(Integer.BYTES).getInt();
  }

  public UUID getId() throws DamagedException {
    return new UUID(getLong(), getLong());
  }

  public long getLong() throws DamagedException {
    return need(Long.BYTES).getLong();
  }

  /** A size, an offset or a count: never negative. */
  public long getSize() throws DamagedException {
    long size = getLong();
    if (size < 0) {
      throw damaged("has a negative size");
    }
    return size;
  }

  /** A flag: 0 or 1. */
  public boolean getFlag() throws DamagedException {
    byte flag = getByte();
    if (flag != 0 && flag != 1) {
      throw damaged("has a flag that is neither 0 nor 1");
    }
    return flag == 1;
  }

  public Timestamp getTime() throws DamagedException {
    long seconds = getLong();
    int nanos = getInt();
    if (nanos < 0 || nanos > 999_999_999) {
      throw damaged("has nanoseconds out of range");
    }
    return new Timestamp(seconds, nanos);
  }

  public byte[] getBytes(int count) throws DamagedException {
    byte[] result = new byte[count < 0 ? 0 : Math.min(count, buffer.remaining())];
    need(count).get(result);
    return result;
  }

  /** What {@link FieldWriter#putBlock} wrote, at most {@code limit} bytes. */
  public byte[] getBlock(int limit) throws DamagedException {
    int length = getInt();
    if (length < 0 || length > limit) {
      throw damaged("has a field of an impossible length");
    }
    return getBytes(length);
  }

  /** A reader of the next {@code count} bytes alone. */
  public FieldReader getPart(int count) throws DamagedException {
    return new FieldReader(getBytes(count), subject);
  }

  public int remaining() {
    return buffer.remaining();
  }

  /** Expects that nothing is left. */
  public void end() throws DamagedException {
    if (buffer.hasRemaining()) {
      throw damaged("is longer than its fields");
    }
  }

  /** Expects that nothing but zeros is left. */
  public void endOfPadding() throws DamagedException {
    while (buffer.hasRemaining()) {
      if (buffer.get() != 0) {
        throw damaged("has padding that is not zero");
      }
    }
  }

  public DamagedException damaged(String how) {
    return new DamagedException("The " + subject + " " + how + ".");
  }

  private ByteBuffer need(int count) throws DamagedException {
    if (count < 0 || buffer.remaining() < count) {
      throw damaged("is shorter than its fields");
    }
    return buffer;
  }
}
