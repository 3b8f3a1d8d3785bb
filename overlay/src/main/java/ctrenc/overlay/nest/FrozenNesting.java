package ctrenc.overlay.nest;

import ctrenc.overlay.ring.MemoryPart;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What a store does for trees of snapshots: it opens them, and changes nothing. */
public interface FrozenNesting extends Nesting {

  @Override
  default boolean isFrozen() {
    return true;
  }

  @Override
  default void make(Nested nested, Source source) throws ErrnoException {
    throw refused();
  }

  /** No snapshot outlives the process. */
  @Override
  default Optional<byte[]> handOver(UUID id) {
    return Optional.empty();
  }

  @Override
  default void requireLockable(UUID id) throws ErrnoException {
    throw refused();
  }

  @Override
  default void lock(UUID id) throws ErrnoException {
    throw refused();
  }

  @Override
  default boolean isLocked(UUID id) {
    return false; // As with unlocking.
  }

  @Override
  default void unlock(UUID id) {
    // What it is part of says whether it opens.
  }

  @Override
  default void destroy(UUID id) throws ErrnoException {
    throw refused();
  }

  @Override
  default List<Name> snapshots(UUID id) {
    return List.of();
  }

  @Override
  default Optional<UUID> findSnapshot(UUID id, Name name) {
    return Optional.empty();
  }

  @Override
  default List<Nested> parts(UUID snapshot) {
    return List.of();
  }

  @Override
  default FileSystem openSnapshot(UUID snapshot, Optional<MemoryPart> memory)
      throws ErrnoException {
    throw refused();
  }

  @Override
  default void snapshot(UUID id, Name name) throws ErrnoException {
    throw refused();
  }

  @Override
  default void snapshotWithNested(UUID id, Name name) throws ErrnoException {
    throw refused();
  }

  @Override
  default void removeSnapshot(UUID id, Name name) throws ErrnoException {
    throw refused();
  }

  @Override
  default Limits limits(UUID id) {
    return Limits.NONE;
  }

  @Override
  default Usage usage(UUID id) {
    return Usage.NOTHING;
  }

  @Override
  default List<String> describe(UUID id) throws ErrnoException {
    throw refused();
  }

  private static ErrnoException refused() {
    return new ErrnoException(Errno.EROFS);
  }
}
