package ctrenc.overlay.layer;

import ctrenc.overlay.vfs.Name;
import java.io.IOException;

/**
 * One operation's changes to an upper layer: all of them happen, or none. Not thread-safe.
 * References of a file never overlap after a commit: whoever writes over some removes or trims them
 * in the same batch, which {@link #replace} does. Every call sees what earlier calls on the same
 * batch did: a batch may replace several ranges of one older run, and truncate as well.
 */
public interface LayerBatch extends AutoCloseable {

  void putInode(long inode, InodeRecord inodeRecord) throws IOException;

  /** Forgets this layer's record of an inode, not those of lower layers. */
  void removeInode(long inode) throws IOException;

  /** Adds or replaces the entry of {@code entry}'s name, also by a whiteout. */
  void putEntry(long parent, DirectoryEntry entry) throws IOException;

  void removeEntry(long parent, Name name) throws IOException;

  /** Forgets all of this layer's entries of a directory. */
  void removeEntries(long parent) throws IOException;

  /**
   * Puts {@code run} in the place of whatever this layer had in its range: covered references are
   * released, half-covered ones trimmed. The extent of a data run was appended before and is placed
   * by this batch, or is one this layer already has (a reflink), in which case it is shared.
   * Several runs of one batch may lie in the same extent, fresh or not: a fresh one is placed with
   * the first of them and shared with each further one.
   */
  void replace(long inode, FileRun run) throws IOException;

  /** Releases this layer's runs of a file from {@code size} on, trimming the one that crosses. */
  void truncate(long inode, long size) throws IOException;

  void putOrphan(long inode) throws IOException;

  void removeOrphan(long inode) throws IOException;

  /**
   * Applies everything atomically; it survives the death of the process. Extents that lost their
   * last reference are freed.
   */
  void commit() throws IOException;

  @Override
  void close();
}
