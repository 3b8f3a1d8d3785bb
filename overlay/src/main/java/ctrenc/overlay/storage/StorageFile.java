package ctrenc.overlay.storage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * An open file of a state directory. Thread-safe; reads and writes at disjoint places run at the
 * same time. Buffers are off-heap. A full disk is a {@link DiskFullException}.
 */
public interface StorageFile extends AutoCloseable {

  /**
   * Fills {@code target} from {@code position}; returns the bytes read, short only at the end of
   * the file.
   */
  int read(MemorySegment target, long position) throws IOException;

  /** Writes all of {@code source} at {@code position}, growing the file where needed. */
  void write(MemorySegment source, long position) throws IOException;

  long size() throws IOException;

  /** Bytes the file takes on the disk: what was punched counts no more. */
  long storedBytes() throws IOException;

  void truncate(long size) throws IOException;

  /** Tells the kernel to begin writing the range to the disk; promises nothing. */
  void beginWriteOut(long position, long length) throws IOException;

  /** Tells the kernel to begin reading the range from the disk to its cache; promises nothing. */
  void beginRead(long position, long length) throws IOException;

  /** Returns when every byte written so far survives power loss. */
  void sync() throws IOException;

  /**
   * Gives whole blocks inside the range back to the disk; they read as zeros afterwards. The size
   * stays.
   */
  void punch(long position, long length) throws IOException;

  /**
   * Tells the kernel that it need not keep the range in its cache: it holds ciphertext whose
   * plaintext is cached above.
   */
  void dropCache(long position, long length) throws IOException;

  @Override
  void close() throws IOException;
}
