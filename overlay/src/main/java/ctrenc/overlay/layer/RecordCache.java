package ctrenc.overlay.layer;

import ctrenc.overlay.vfs.Name;
import java.util.Optional;

/**
 * Opened records of all layers of a store, within one bound of bytes. What does not exist is
 * remembered too. Thread-safe. The values are plaintext: a layer forgets its own when it is closed.
 */
public final class RecordCache {

  /** An inode of a layer, by the layer's number. */
  record InodeKey(long layer, long inode) {}

  /** A name in a directory of a layer. */
  record EntryKey(long layer, long parent, Name name) {}

  private static final int INODE_SIZE = 240;
  private static final int ENTRY_SIZE = 80;
  private static final int RUN_SIZE = 80;

  private final BoundedCache<InodeKey, Optional<InodeRecord>> inodes;
  private final BoundedCache<EntryKey, Optional<DirectoryEntry>> entries;
  private final BoundedCache<InodeKey, KnownRuns> runs;

  /**
   * @param maxBytes about how much of the heap the cache may take
   */
  public RecordCache(long maxBytes) {
    inodes = new BoundedCache<>(maxBytes / 2, RecordCache::weigh);
    entries = new BoundedCache<>(maxBytes / 4, RecordCache::weighEntry);
    runs = new BoundedCache<>(maxBytes / 4, known -> RUN_SIZE * known.size());
  }

  BoundedCache<InodeKey, Optional<InodeRecord>> inodes() {
    return inodes;
  }

  BoundedCache<EntryKey, Optional<DirectoryEntry>> entries() {
    return entries;
  }

  BoundedCache<InodeKey, KnownRuns> runs() {
    return runs;
  }

  void forgetLayer(long layer) {
    inodes.removeIf(key -> key.layer() == layer);
    entries.removeIf(key -> key.layer() == layer);
    runs.removeIf(key -> key.layer() == layer);
  }

  private static int weigh(Optional<InodeRecord> found) {
    if (found.isEmpty()) {
      return 0;
    }
    InodeRecord inode = found.get();
    int size =
        switch (inode.body()) {
          case InodeRecord.Body.Runs runs -> INODE_SIZE;
          case InodeRecord.Body.Small(byte[] data) -> INODE_SIZE + data.length;
          case InodeRecord.Body.Target(byte[] path) -> INODE_SIZE + path.length;
          case InodeRecord.Body.Host(HostFileIdentity identity) ->
              INODE_SIZE + 80 + identity.path().length;
        };
    for (byte[] value : inode.xattrs().values()) {
      size += ENTRY_SIZE + value.length;
    }
    return size;
  }

  private static int weighEntry(Optional<DirectoryEntry> found) {
    return ENTRY_SIZE + found.map(entry -> entry.name().length()).orElse(0);
  }
}
