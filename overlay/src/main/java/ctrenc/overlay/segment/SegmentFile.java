package ctrenc.overlay.segment;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatPreamble;
import ctrenc.overlay.storage.Storage;
import ctrenc.overlay.storage.StorageFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One segment file, named {@code <number>.seg}: its header, then envelopes one after the other,
 * with gaps where a write failed or extents died. Fields after the {@link FormatPreamble}, of
 * format "segment":
 *
 * <pre>layer UUID (16) | number (4)</pre>
 *
 * <p>Thread-safe. Appends reserve their place by adding to the tail and then write outside of any
 * lock, at the same time as others.
 */
final class SegmentFile {

  static final int VERSION = 1;

  private static final String SUFFIX = ".seg";
  private static final int LAYER_LENGTH = 16;
  private static final int NUMBER_LENGTH = 4;
  static final int FIELDS_LENGTH = LAYER_LENGTH + NUMBER_LENGTH;

  /** In bytes; the first envelope may begin here. */
  static final int HEADER_LENGTH = FormatPreamble.length(FIELDS_LENGTH);

  /**
   * So much is appended before the disk begins to write it, while more is sealed: the sync that
   * comes at the end of a large file then finds little left. What is short-lived and small is gone
   * before.
   */
  private static final long WRITE_OUT = 8L << 20;

  static final FormatPreamble PREAMBLE = new FormatPreamble("segment", VERSION, VERSION);

  private final int number;
  private final String name;
  private final StorageFile file;
  private final AtomicLong tail;
  private volatile boolean dirty;

  /** One for being among its layer's files, and one for each use that a deletion may meet. */
  private final AtomicInteger users = new AtomicInteger(1);

  /** Up to here the kernel was told to write to the disk. */
  private final AtomicLong writtenOut;

  private SegmentFile(int number, String name, StorageFile file, long tail) {
    this.number = number;
    this.name = name;
    this.file = file;
    this.tail = new AtomicLong(tail);
    this.writtenOut = new AtomicLong(tail);
  }

  static SegmentFile create(Storage storage, String directory, UUID layer, int number)
      throws IOException {
    String name = directory + "/" + nameOf(number);
    StorageFile file = storage.create(name);
    SegmentFile created = new SegmentFile(number, name, file, HEADER_LENGTH);
    try (Arena arena = Arena.ofConfined()) {
      file.write(arena.allocateFrom(ValueLayout.JAVA_BYTE, header(layer, number)), 0);
    } catch (IOException | RuntimeException e) {
      file.close();
      storage.delete(name);
      throw e;
    }
    created.dirty = true;
    return created;
  }

  /** Opens a file as it lies there; {@link #checkHeader} says whether it is what its name says. */
  static SegmentFile open(Storage storage, String directory, int number) throws IOException {
    String name = directory + "/" + nameOf(number);
    StorageFile file = storage.open(name);
    return new SegmentFile(number, name, file, Math.max(HEADER_LENGTH, file.size()));
  }

  static String nameOf(int number) {
    return number + SUFFIX;
  }

  /** The number in a file's name, or null if it is no segment file's. */
  static @Nullable Integer numberOf(String fileName) {
    if (!fileName.matches("[1-9][0-9]{0,8}\\" + SUFFIX)) {
      return null;
    }
    return Integer.valueOf(fileName.substring(0, fileName.length() - SUFFIX.length()));
  }

  void checkHeader(UUID layer) throws IOException {
    byte[] fields = PREAMBLE.read(bytes(0, HEADER_LENGTH), FIELDS_LENGTH, name);
    ByteBuffer found = ByteBuffer.wrap(fields);
    UUID owner = new UUID(found.getLong(), found.getLong());
    if (!owner.equals(layer) || found.getInt() != number) {
      throw new DamagedException(
          "The segment file " + name + " belongs to another layer or has another number.");
    }
  }

  /**
   * Writes the header anew, durably, if it is damaged. A file that is shorter is being begun, or
   * holds nothing.
   *
   * @return whether it was
   */
  boolean mendHeader(UUID layer) throws IOException {
    byte[] found = bytes(0, HEADER_LENGTH);
    byte[] right = header(layer, number);
    if (found.length < HEADER_LENGTH || !SegmentHeaders.isDamaged(found, right, name)) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      file.write(arena.allocateFrom(ValueLayout.JAVA_BYTE, right), 0);
    }
    file.sync();
    return true;
  }

  int number() {
    return number;
  }

  String name() {
    return name;
  }

  /** Where the next envelope would go. */
  long tail() {
    return tail.get();
  }

  /** Reserves a place for {@code length} bytes; -1 where it would end beyond {@code limit}. */
  long reserve(int length, long limit) {
    long offset = tail.get();
    while (offset == HEADER_LENGTH || offset + length <= limit) {
      long seen = tail.compareAndExchange(offset, offset + length);
      if (seen == offset) {
        return offset;
      }
      offset = seen;
    }
    return -1;
  }

  void write(MemorySegment source, long offset) throws IOException {
    try {
      file.write(source, offset);
    } finally {
      // After the write, so that a sync that began before it does not count it as done.
      dirty = true;
    }
    long end = offset + source.byteSize();
    long begun = writtenOut.get();
    if (end - begun >= WRITE_OUT && writtenOut.compareAndSet(begun, end)) {
      file.beginWriteOut(begun, end - begun);
    }
  }

  int read(MemorySegment target, long offset) throws IOException {
    return file.read(target, offset);
  }

  /** At most {@code length} bytes from {@code offset}, fewer at the end of the file. */
  byte[] bytes(long offset, int length) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(length);
      int read = file.read(target, offset);
      return target.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  void distrust() {
    dirty = true;
  }

  boolean isDirty() {
    return dirty;
  }

  void sync() throws IOException {
    dirty = false;
    file.sync();
  }

  long size() throws IOException {
    return file.size();
  }

  long storedBytes() throws IOException {
    return file.storedBytes();
  }

  void punch(long offset, long length) throws IOException {
    file.punch(offset, length);
  }

  void beginRead(long offset, long length) throws IOException {
    file.beginRead(offset, length);
  }

  void dropCache(long offset, long length) throws IOException {
    file.dropCache(offset, length);
  }

  /** Gives all blocks back. */
  void empty() throws IOException {
    file.truncate(0);
  }

  /** Keeps the descriptor open until {@link #leave}; false if it is closed already. */
  boolean enter() {
    return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
  }

  /** The last one closes the descriptor. */
  void leave() throws IOException {
    if (users.decrementAndGet() == 0) {
      file.close();
    }
  }

  void close() throws IOException {
    file.close();
  }

  private static byte[] header(UUID layer, int number) {
    return PREAMBLE.write(
        ByteBuffer.allocate(FIELDS_LENGTH)
            .putLong(layer.getMostSignificantBits())
            .putLong(layer.getLeastSignificantBits())
            .putInt(number)
            .array());
  }
}
