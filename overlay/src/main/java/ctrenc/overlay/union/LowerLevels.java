package ctrenc.overlay.union;

import ctrenc.overlay.vfs.Name;
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

  /** The first lower that may know an inode; those above it are known not to. */
  int beginOfInode(long inode) {
    return isWorthwhile ? inodes.getOrDefault(inode, 0) : 0;
  }

  /** The first lower that may know a name, or {@link #NONE}. */
  int beginOfEntry(long directory, Name name) {
    return isWorthwhile ? entries.getOrDefault(new Entry(directory, name), 0) : 0;
  }

  /**
   * An inode is known first at {@code level}. One that no lower knows is asked for anew each time:
   * a host tree may yet come to know it.
   */
  void learnInode(long inode, int level) {
    learn(inodes, inode, level);
  }

  /** A name is known first at {@code level}, or nowhere if that is {@link #NONE}. */
  void learnEntry(long directory, Name name, int level) {
    learn(entries, new Entry(directory, name), level);
  }

  private <K> void learn(Map<K, Integer> known, K key, int level) {
    if (!isWorthwhile) {
      return;
    }
    if (known.size() >= MOST) {
      known.clear();
    }
    known.put(key, level);
  }
}
