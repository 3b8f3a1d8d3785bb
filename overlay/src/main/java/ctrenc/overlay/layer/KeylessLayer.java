package ctrenc.overlay.layer;

import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Stands in a stack for a sealed layer whose key is lost. Of an inode that the layer has no record
 * of it has nothing, so other layers show as ever. Of one that it has a record of, everything it
 * says is unknown: attributes, names, bytes, and which names and bytes of lower layers it had
 * removed; whoever asks gets a {@link KeyAbsentException}, so that nothing comes back that was
 * removed or replaced. Only the root directory has attributes then, that of nobody but root, since
 * a filesystem without any cannot be shown. Thread-safe.
 */
public final class KeylessLayer implements Layer {

  private static final int ROOT_MODE = FileMode.DIRECTORY | 0500;

  private final MetaStore meta;
  private final long number;
  private final UUID id;
  private final long ceiling;

  private KeylessLayer(MetaStore meta, long number, UUID id, long ceiling) {
    this.meta = meta;
    this.number = number;
    this.id = id;
    this.ceiling = ceiling;
  }

  /**
   * @param floor the ceiling of the stack under it
   */
  public static KeylessLayer open(LayerPlace place, UUID id, long floor) throws IOException {
    long ceiling = Math.max(floor, endOfInodes(place.meta(), place.number()));
    return new KeylessLayer(place.meta(), place.number(), id, ceiling);
  }

  /** What the layer promised to number is sealed, what it did number is not. */
  private static long endOfInodes(MetaStore meta, long number) throws IOException {
    long low = 0;
    long high = Long.MAX_VALUE;
    while (low < high) {
      long middle = low + (high - low) / 2;
      if (hasFrom(meta, number, middle)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static boolean hasFrom(MetaStore meta, long number, long inode) throws IOException {
    try (MetaCursor cursor =
        meta.scan(Table.INODE, RecordKeys.inode(number, inode), RecordKeys.layer(number + 1))) {
      return cursor.next();
    }
  }

  @Override
  public UUID id() {
    return id;
  }

  @Override
  public long inodeCeiling() {
    return ceiling;
  }

  @Override
  public boolean hides(long inode) throws IOException {
    return meta.get(Table.INODE, RecordKeys.inode(number, inode)).isPresent();
  }

  @Override
  public Optional<InodeRecord> inode(long inode) throws IOException {
    if (inode == FileSystem.ROOT && hides(inode)) {
      return Optional.of(standIn());
    }
    requireUnknown(inode);
    return Optional.empty();
  }

  private static InodeRecord standIn() {
    Timestamp never = Timestamp.EPOCH;
    return new InodeRecord(
        ROOT_MODE,
        0,
        0,
        0,
        2,
        0,
        0,
        never,
        never,
        never,
        never,
        FileSystem.ROOT,
        false,
        InodeRecord.RUNS,
        Collections.unmodifiableSortedMap(new TreeMap<>()));
  }

  @Override
  public Optional<DirectoryEntry> entry(long parent, Name name) throws IOException {
    requireUnknown(parent);
    return Optional.empty();
  }

  @Override
  public void entries(long parent, EntryVisitor visitor) throws IOException {
    requireUnknown(parent);
  }

  @Override
  public Optional<FileRun> run(long inode, long offset) throws IOException {
    requireUnknown(inode);
    return Optional.empty();
  }

  @Override
  public void read(FileRun run, long skip, MemorySegment target) throws IOException {
    throw keyless();
  }

  private void requireUnknown(long inode) throws IOException {
    if (hides(inode)) {
      throw keyless();
    }
  }

  private KeyAbsentException keyless() {
    return new KeyAbsentException("The key of layer " + id + " is lost; restore it from a backup.");
  }

  @Override
  public void close() {
    // It holds nothing.
  }
}
