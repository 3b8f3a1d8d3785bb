package ctrenc.overlay.layer;

import ctrenc.overlay.vfs.HostFile;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.UUID;

/**
 * A set of records and the bytes they point at. A layer under the top of a stack never changes (a
 * lazily indexed one only learns what was always there). Thread-safe. Reading a record or bytes
 * that fail their seal is a {@link ctrenc.overlay.storage.DamagedException}; reading from a locked
 * layer is a {@link ctrenc.overlay.storage.KeyAbsentException}.
 */
public interface Layer extends AutoCloseable {

  UUID id();

  /**
   * The first inode number that this layer will never use; a layer on top numbers its new inodes
   * from here.
   */
  long inodeCeiling();

  Optional<InodeRecord> inode(long inode) throws IOException;

  /**
   * The numbers of all inodes that this layer, which does not change any more, has a record of, in
   * order; empty if they are more than {@code most}, or not known beforehand.
   */
  default Optional<long[]> inodes(int most) throws IOException {
    return Optional.empty();
  }

  /**
   * Whether this layer has a say in an inode that nobody can know, because its key is lost. What it
   * has of the inode, and what it hides of it in layers below, fails then.
   */
  default boolean hides(long inode) throws IOException {
    return false;
  }

  Optional<DirectoryEntry> entry(long parent, Name name) throws IOException;

  /**
   * Which entries this layer, which does not change any more, has; empty if they are more than
   * {@code most}, or not known beforehand.
   */
  default Optional<EntryFilter> entryFilter(int most) throws IOException {
    return Optional.empty();
  }

  /**
   * Offers every entry of a directory, whiteouts included, in an order that stays the same while
   * the directory does.
   */
  void entries(long parent, EntryVisitor visitor) throws IOException;

  /**
   * The run of this layer's data of a file that covers {@code offset} or begins first after it;
   * empty where none does. Gaps between runs are data of lower layers, or zeros.
   */
  Optional<FileRun> run(long inode, long offset) throws IOException;

  /** Fills {@code target} with the bytes of {@code run} from {@code skip} bytes into it. */
  void read(FileRun run, long skip, MemorySegment target) throws IOException;

  /**
   * The first byte of {@code run} from {@code skip} bytes into it that is data, or with {@code
   * wantsHole} that lies in a hole which the run's storage knows of; the run's length where there
   * is none.
   */
  default long seek(FileRun run, long skip, boolean wantsHole) throws IOException {
    return wantsHole ? run.length() : skip;
  }

  /**
   * The host's file that a run of an image's file lies in, open for reading; the caller closes it.
   * Empty for runs of other kinds, and for a file that is not the one that was indexed.
   *
   * @throws HostFileChangedException if the file is gone
   */
  default Optional<HostFile> hostFile(FileRun run) throws IOException {
    return Optional.empty();
  }

  @Override
  void close() throws IOException;

  /**
   * Offers the entries of all directories that this layer knows, whiteouts included, but those that
   * cannot be read.
   */
  default void names(NameVisitor visitor) throws IOException {}

  /** Takes the entries of a directory. */
  @FunctionalInterface
  interface NameVisitor {
    void visit(long parent, DirectoryEntry entry) throws IOException;
  }

  /** Takes entries; returns false to stop. */
  @FunctionalInterface
  interface EntryVisitor {
    boolean visit(DirectoryEntry entry) throws IOException;
  }
}
