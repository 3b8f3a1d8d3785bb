package ctrenc.overlay.layer;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.vfs.Name;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.UUID;

/**
 * Stands in the place of the upper where a stack is only read: it has nothing, and a filesystem
 * that is opened for reading never asks it to take anything. Thread-safe.
 */
public final class AbsentUpper implements UpperLayer {

  private static final UUID NONE = new UUID(0, 0);

  @Override
  public UUID id() {
    return NONE;
  }

  @Override
  public long inodeCeiling() {
    return 0;
  }

  @Override
  public Optional<InodeRecord> inode(long inode) {
    return Optional.empty();
  }

  @Override
  public Optional<DirectoryEntry> entry(long parent, Name name) {
    return Optional.empty();
  }

  @Override
  public void entries(long parent, EntryVisitor visitor) {
    // It has no entries.
  }

  @Override
  public Optional<FileRun> run(long inode, long offset) {
    return Optional.empty();
  }

  @Override
  public void read(FileRun run, long skip, MemorySegment target) {
    throw takesNothing();
  }

  @Override
  public void numberFrom(long floor) {
    throw takesNothing();
  }

  @Override
  public long allocateInode() {
    throw takesNothing();
  }

  @Override
  public ExtentReference append(byte[] plain, int offset, int length) {
    throw takesNothing();
  }

  @Override
  public LayerBatch batch() {
    throw takesNothing();
  }

  @Override
  public void sync() {
    // There is nothing to make durable.
  }

  @Override
  public void orphans(OrphanVisitor visitor) {
    // It has no orphans.
  }

  @Override
  public long storedBytes() {
    return 0;
  }

  @Override
  public void close() {
    // It holds nothing.
  }

  private static IllegalStateException takesNothing() {
    return new IllegalStateException("a stack that is only read was to be changed");
  }
}
