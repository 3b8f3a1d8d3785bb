package ctrenc.overlay.export;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A number for each of many inodes, which mostly follow one another: about eight bytes an inode.
 * Not thread-safe while it is filled; read by any number of threads afterwards.
 */
final class InodeMap {

  private static final int PAGE_BITS = 9;
  private static final int PAGE = 1 << PAGE_BITS;

  private final Map<Long, long[]> pages = new HashMap<>();

  /** Takes what is in the map. */
  interface Visitor {
    void visit(long inode, long value) throws IOException;
  }

  /** 0 for what is not in the map. */
  long get(long inode) {
    long[] page = pages.get(inode >>> PAGE_BITS);
    return page == null ? 0 : page[(int) inode & (PAGE - 1)];
  }

  void put(long inode, long value) {
    long[] page = pages.computeIfAbsent(inode >>> PAGE_BITS, first -> new long[PAGE]);
    page[(int) inode & (PAGE - 1)] = value;
  }

  void putIfAbsent(long inode, long value) {
    if (get(inode) == 0) {
      put(inode, value);
    }
  }

  /** Visits all by ascending inodes. Values may be put meanwhile, not inodes. */
  void forEach(Visitor visitor) throws IOException {
    long[] order = pages.keySet().stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(order);
    for (long number : order) {
      long[] page = pages.getOrDefault(number, new long[0]);
      for (int i = 0; i < page.length; i++) {
        if (page[i] != 0) {
          visitor.visit((number << PAGE_BITS) + i, page[i]);
        }
      }
    }
  }
}
