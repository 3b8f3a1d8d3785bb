package ctrenc.overlay.union;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Listings that somebody is in the middle of, or may be: nobody says when he stops. What is not
 * here any more can be made anew, so this only saves work. Thread-safe.
 */
final class RecentListings {

  /** The most children of all listings but the newest. */
  private static final int LIMIT = 1 << 16;

  private final Map<Long, Listing> byInode = new LinkedHashMap<>();
  private int children;

  synchronized Optional<Listing> of(long inode) {
    return Optional.ofNullable(byInode.get(inode));
  }

  synchronized void keep(long inode, Listing listing) {
    drop(inode);
    Iterator<Listing> oldest = byInode.values().iterator();
    while (children > LIMIT && oldest.hasNext()) {
      children -= weight(oldest.next());
      oldest.remove();
    }
    byInode.put(inode, listing);
    children += weight(listing);
  }

  synchronized void drop(long inode) {
    Listing dropped = byInode.remove(inode);
    children -= dropped == null ? 0 : weight(dropped);
  }

  synchronized void forgetAll() {
    byInode.clear();
    children = 0;
  }

  /** An empty listing takes memory too. */
  private static int weight(Listing listing) {
    return listing.size() + 1;
  }
}
