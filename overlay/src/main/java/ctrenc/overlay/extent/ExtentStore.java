package ctrenc.overlay.extent;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * The bytes of one encrypted layer. Thread-safe.
 *
 * <p>The order that keeps data before reference: {@link #append} seals and writes; then one batch
 * holds {@link #place}, the file's references and its inode record; it is committed. Extents whose
 * batch never came are found and dropped at the next open. Where power loss has to be survived,
 * {@link #sync} goes together with the metadata store's sync, in any order.
 *
 * <p>An extent is written once and starts with one reference. {@link #share} and {@link #release}
 * count further ones, in the batch that adds or removes them. After that batch is committed, {@link
 * #reclaim} frees an extent whose last reference went.
 */
public interface ExtentStore extends AutoCloseable {

  /** The longest extent, in bytes. */
  int MAX_LENGTH = 1 << 20;

  /**
   * Seals {@code plain[offset, offset + length)} under a fresh extent key and writes it to a
   * segment file of the layer. Returns a reference to the whole of it.
   *
   * @throws ctrenc.overlay.storage.KeyAbsentException if the layer is locked
   * @throws ctrenc.overlay.storage.DiskFullException if there is no room
   */
  ExtentReference append(byte[] plain, int offset, int length) throws IOException;

  /** Records where an appended extent lies. */
  void place(MetaBatch batch, ExtentReference appended);

  /** Counts {@code more} further references to an extent. */
  void share(MetaBatch batch, long extent, int more);

  /** Counts one reference less. */
  void release(MetaBatch batch, long extent);

  /**
   * Frees the extent if no reference is left, and gives its blocks back to the disk. To be called
   * after the commit of a release.
   */
  void reclaim(long extent) throws IOException;

  /**
   * Opens {@code target.byteSize()} bytes of a reference, from {@code skip} bytes into it.
   *
   * @throws DamagedException if what lies there is not what was written; {@code target} then holds
   *     nothing of it
   */
  void read(ExtentReference reference, int skip, MemorySegment target) throws IOException;

  /** Tells that what is appended until the expectation is closed will be synced at once. */
  default SyncExpectation expectSync() {
    return () -> {};
  }

  /**
   * Returns when every extent that a committed batch placed survives power loss, once the metadata
   * store was synced as well.
   */
  void sync() throws IOException;

  /** Gives back at once what is gathered of extents without references. */
  default void giveBack() throws IOException {}

  /** Bytes of segment files in use, as the disk counts them. */
  long storedBytes() throws IOException;

  @Override
  void close() throws IOException;
}
