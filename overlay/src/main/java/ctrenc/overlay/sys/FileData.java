package ctrenc.overlay.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reads, writes and shapes the bytes of open files. Buffers are native segments; offsets and
 * lengths are bytes. Thread-safe: no call uses or moves the file position, but {@link #seekData}
 * and {@link #seekHole}.
 */
public final class FileData {

  /** fallocate(2): the size stays as it is. */
  public static final int KEEP_SIZE = 1;

  /** fallocate(2), with {@link #KEEP_SIZE}: gives the range back. */
  public static final int PUNCH_HOLE = 2;

  public static final int ZERO_RANGE = 16;

  /** posix_fadvise(2). */
  public static final int ADVISE_DONT_NEED = 4;

  /** POSIX_FADV_WILLNEED: the pages are read, while the caller goes on. */
  public static final int ADVISE_WILL_NEED = 3;

  private static final int SYNC_RANGE_WRITE = 2;
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;

  private FileData() {}

  /**
   * Fills {@code target} from {@code offset}; returns the bytes read, fewer only at the end of the
   * file.
   */
  public static long read(Descriptor file, long offset, MemorySegment target)
      throws SystemCallException {
    long done = 0;
    while (done < target.byteSize()) {
      long count =
          repeat(
              SystemCall.PREAD64, file, done == 0 ? target : target.asSlice(done), offset + done);
      if (count == 0) {
        break;
      }
      done += count;
    }
    return done;
  }

  /** Writes all of {@code source} at {@code offset}. */
  public static void write(Descriptor file, long offset, MemorySegment source)
      throws SystemCallException {
    long done = 0;
    while (done < source.byteSize()) {
      done +=
          repeat(
              SystemCall.PWRITE64, file, done == 0 ? source : source.asSlice(done), offset + done);
    }
  }

  private static long repeat(SystemCall call, Descriptor file, MemorySegment buffer, long offset)
      throws SystemCallException {
    long count;
    do {
      count = call.attemptOn(file.number(), buffer, buffer.byteSize(), offset);
    } while (count == -ErrorNumber.EINTR);
    if (count < 0) {
      throw new SystemCallException(call.manualName(), (int) -count);
    }
    return count;
  }

  public static void sync(Descriptor file) throws SystemCallException {
    SystemCall.FSYNC.invoke(file.number());
  }

  public static void dataSync(Descriptor file) throws SystemCallException {
    SystemCall.FDATASYNC.invoke(file.number());
  }

  /** syncfs(2): the whole filesystem that {@code file} lies on. */
  public static void syncFileSystem(Descriptor file) throws SystemCallException {
    SystemCall.SYNCFS.invoke(file.number());
  }

  public static void truncate(Descriptor file, long size) throws SystemCallException {
    SystemCall.FTRUNCATE.invoke(file.number(), size);
  }

  /** fallocate(2); {@code mode} is a mask of the constants here. */
  public static void allocate(Descriptor file, int mode, long offset, long length)
      throws SystemCallException {
    SystemCall.FALLOCATE.invoke(file.number(), mode, offset, length);
  }

  /** posix_fadvise(2); a length of 0 means to the end. */
  public static void advise(Descriptor file, long offset, long length, int advice)
      throws SystemCallException {
    SystemCall.FADVISE64.invoke(file.number(), offset, length, advice);
  }

  /** sync_file_range(2): begins to write the range to the disk, and waits for nothing. */
  public static void beginWriteOut(Descriptor file, long offset, long length)
      throws SystemCallException {
    SystemCall.SYNC_FILE_RANGE.invoke(file.number(), offset, length, SYNC_RANGE_WRITE);
  }

  /** copy_file_range(2); returns the bytes copied, 0 at the end of {@code from}. */
  public static long copy(
      Descriptor from, long fromOffset, Descriptor to, long toOffset, long length)
      throws SystemCallException {
    MemorySegment offsets = Scratch.ofThread().struct();
    offsets.set(ValueLayout.JAVA_LONG, 0, fromOffset);
    offsets.set(ValueLayout.JAVA_LONG, 8, toOffset);
    return SystemCall.COPY_FILE_RANGE.invoke(
        from.number(), offsets.address(), to.number(), offsets.address() + 8, length, 0);
  }

  /**
   * The next offset at or after {@code offset} that holds data; ENXIO where none does. Moves the
   * file position.
   */
  public static long seekData(Descriptor file, long offset) throws SystemCallException {
    return SystemCall.LSEEK.invoke(file.number(), offset, SEEK_DATA);
  }

  /**
   * The next offset at or after {@code offset} that lies in a hole, the end of the file included.
   * Moves the file position.
   */
  public static long seekHole(Descriptor file, long offset) throws SystemCallException {
    return SystemCall.LSEEK.invoke(file.number(), offset, SEEK_HOLE);
  }
}
