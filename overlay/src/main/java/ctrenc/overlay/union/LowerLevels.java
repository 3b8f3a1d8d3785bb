package ctrenc.overlay.union;

import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers which of many lowers is the first to know an inode or a name, so that what was looked
 * up once is found without asking all layers above it. Lowers never change, so it stays true as
 * long as the stack does. Thread-safe.
 */
final class LowerLevels {

  /** No lower knows it. */
  static final int NONE = -1;

  /** With so few layers asking each is as fast. */
  private static final int FEW = 2;

  /** Entries of each kind; when there are so many, it begins anew. */
  private static final int MOST = 1 << 16;

  private record Entry(long directory, Name name) {}

  private final boolean isWorthwhile;
  private final Map<Long, Integer> inodes = new ConcurrentHashMap<>();
  private final Map<Entry, Integer> entries = new ConcurrentHashMap<>();

  /** For a stack with so many lowers. */
  LowerLevels(int lowers) {
    this.isWorthwhile = lowers > FEW;
  }

  /** Asks the layers one after another. */
  @FunctionalInterface
  interface Search {
    int first() throws IOException;
  }

  /** An inode that no lower knows is asked for anew: a host tree may yet come to know it. */
  int ofInode(long inode, Search search) throws IOException {
    int level = find(inodes, inode, search);
    if (level == NONE) {
      inodes.remove(inode);
    }
    return level;
  }

  int ofEntry(long directory, Name name, Search search) throws IOException {
    return isWorthwhile ? find(entries, new Entry(directory, name), search) : search.first();
  }

  private <K> int find(Map<K, Integer> known, K key, Search search) throws IOException {
    if (!isWorthwhile) {
      return search.first();
    }
    Integer level = known.get(key);
    if (level == null) {
      level = search.first();
      if (known.size() >= MOST) {
        known.clear();
      }
      known.put(key, level);
    }
    return level;
  }
}
