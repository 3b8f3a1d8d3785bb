package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireOut.OutHeader;
import ctrenc.overlay.vfs.Name;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * One reply, built in place in off-heap memory that the next reply overwrites: a payload, and room
 * for the header before it, so that both leave in one write. Used by one thread at a time.
 */
final class Reply {

  private final MemorySegment memory;
  private final MemorySegment payload;
  private final long payloadStart;
  private final SliceCache slices;
  private final byte[] scratch = new byte[Name.MAX_LENGTH];
  private int length;
  private int error;

  /**
   * A reply in {@code memory}, whose payload begins at {@code payloadStart}: a page's boundary, for
   * speed.
   */
  Reply(MemorySegment memory, long payloadStart) {
    this.memory = memory;
    this.payloadStart = payloadStart;
    payload = memory.asSlice(payloadStart);
    slices = new SliceCache(payload);
  }

  /**
   * A reply in memory of its own, for operations whose payload has at most {@code capacity} bytes.
   */
  static Reply small(int capacity) {
    return new Reply(
        Arena.ofAuto().allocate(OutHeader.LENGTH + (long) capacity, Long.BYTES), OutHeader.LENGTH);
  }

  /** Erases the last name that passed through. */
  void forgetName() {
    Arrays.fill(scratch, (byte) 0);
  }

  /** Makes it empty and successful. */
  void reset() {
    length = 0;
    error = 0;
  }

  /** Makes it the answer that the request failed with {@code errno}. */
  void fail(int errno) {
    length = 0;
    error = errno;
  }

  /** The errno, 0 for success. */
  int error() {
    return error;
  }

  long capacity() {
    return payload.byteSize();
  }

  /** Bytes of payload. */
  int length() {
    return length;
  }

  /** Begins a payload with a structure of {@code size} zero bytes. */
  void begin(int size) {
    payload.asSlice(0, size).fill((byte) 0);
    length = size;
  }

  /** Appends {@code size} zero bytes and returns where they begin. */
  int append(int size) {
    int start = length;
    payload.asSlice(start, size).fill((byte) 0);
    length = start + size;
    return start;
  }

  void setLength(int bytes) {
    length = bytes;
  }

  /** The first {@code size} bytes of the payload's memory, for a filesystem to read into. */
  MemorySegment target(int size) {
    return slices.slice(0, size);
  }

  void put(byte[] bytes) {
    MemorySegment.copy(bytes, 0, payload, ValueLayout.JAVA_BYTE, length, bytes.length);
    length += bytes.length;
  }

  void putName(int offset, Name name) {
    name.copyTo(scratch, 0);
    MemorySegment.copy(scratch, 0, payload, ValueLayout.JAVA_BYTE, offset, name.length());
  }

  void putShort(int offset, int value) {
    payload.set(ValueLayout.JAVA_SHORT, offset, (short) value);
  }

  void putInt(int offset, int value) {
    payload.set(ValueLayout.JAVA_INT, offset, value);
  }

  void putLong(int offset, long value) {
    payload.set(ValueLayout.JAVA_LONG, offset, value);
  }

  long getLong(int offset) {
    return payload.get(ValueLayout.JAVA_LONG, offset);
  }

  int getInt(int offset) {
    return payload.get(ValueLayout.JAVA_INT, offset);
  }

  /** Copies the payload to the beginning of other memory. */
  void copyPayload(MemorySegment target) {
    MemorySegment.copy(payload, 0, target, 0, length);
  }

  /** The whole message, header and payload, as one piece of memory. */
  MemorySegment sealedFor(long unique) {
    long start = payloadStart - OutHeader.LENGTH;
    long total = OutHeader.LENGTH + (long) length;
    memory.set(ValueLayout.JAVA_INT, start + OutHeader.TOTAL, (int) total);
    memory.set(ValueLayout.JAVA_INT, start + OutHeader.ERROR, -error);
    memory.set(ValueLayout.JAVA_LONG, start + OutHeader.UNIQUE, unique);
    return memory.asSlice(start, total);
  }
}
