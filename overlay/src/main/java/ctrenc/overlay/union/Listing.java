package ctrenc.overlay.union;

import ctrenc.overlay.layer.DirectoryEntry.Child;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The children of a directory at one moment, in an order that does not change when others come and
 * go: by inode number, so that who reads files as they are listed reads them as they were made, and
 * names of one inode by their hash. A child's cookie says its place in that order, so a listing can
 * go on in a later one of the same directory. Immutable.
 */
final class Listing {

  /** The cookies of "." and "..", which come before all children. */
  static final long AT_DOT = 1;

  static final long AT_DOT_DOT = 2;

  /** A cookie is the inode number, which is far below 2 to the 48th, and this many bits of hash. */
  private static final int HASH_BITS = 15;

  private static final Comparator<Child> ORDER =
      Comparator.comparingLong(Listing::wanted).thenComparing(Child::name);

  private final long version;
  private final List<Child> children;
  private final long[] cookies;

  /**
   * @param version of the directory's entries before they were read
   */
  Listing(long version, List<Child> unordered) {
    this.version = version;
    children = new ArrayList<>(unordered);
    children.sort(ORDER);
    cookies = new long[children.size()];
    long last = AT_DOT_DOT;
    for (int i = 0; i < cookies.length; i++) {
      last = Math.max(last + 1, wanted(children.get(i)));
      cookies[i] = last;
    }
  }

  private static long wanted(Child child) {
    return child.inode() << HASH_BITS | child.name().hashCode() & (1 << HASH_BITS) - 1;
  }

  long version() {
    return version;
  }

  int size() {
    return cookies.length;
  }

  Child child(int index) {
    return children.get(index);
  }

  long cookie(int index) {
    return cookies[index];
  }

  /** The index of the first child whose cookie is greater. */
  int after(long cookie) {
    int low = 0;
    int high = cookies.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (cookies[middle] > cookie) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
