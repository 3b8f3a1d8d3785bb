package ctrenc.overlay.layer;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.extent.SyncExpectation;
import java.io.IOException;

/**
 * The one layer of a stack that grows. Thread-safe; what a {@link LayerBatch} changes is serialised
 * per inode by the caller.
 */
public interface UpperLayer extends Layer {

  /**
   * Numbers new inodes from {@code floor} on, which is the ceiling of the stack under it. Only for
   * a layer that has no records yet.
   */
  void numberFrom(long floor) throws IOException;

  /** A number that no inode of the stack has or had. */
  long allocateInode();

  /** Seals bytes into a new extent; see {@link ctrenc.overlay.extent.ExtentStore#append}. */
  ExtentReference append(byte[] plain, int offset, int length) throws IOException;

  LayerBatch batch();

  /** Tells that what is appended until the expectation is closed will be synced at once. */
  default SyncExpectation expectSync() {
    return () -> {};
  }

  /** Everything committed so far survives power loss when this returns. */
  void sync() throws IOException;

  /** Gives the disk back what no record refers to. */
  default void giveBack() throws IOException {}

  /**
   * Offers the inodes that were recorded as orphans, once at open, so that the union can let go of
   * them.
   */
  void orphans(OrphanVisitor visitor) throws IOException;

  /** Bytes that this layer's segment files use on disk. */
  long storedBytes() throws IOException;

  /** Takes orphans. */
  @FunctionalInterface
  interface OrphanVisitor {
    void visit(long inode) throws IOException;
  }
}
