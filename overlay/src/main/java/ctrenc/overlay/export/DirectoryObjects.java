package ctrenc.overlay.export;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * What a directory of a backup holds. Immutable.
 *
 * @param children by ascending inodes and numbers
 * @param named the entries that lead to something, by ascending inodes, the topmost layer's first
 * @param whiteouts by their keys
 */
record DirectoryObjects(
    List<Child> children, List<ObjectTree.Named> named, List<ObjectTree.Named> whiteouts) {

  private static final Comparator<Child> ORDER =
      Comparator.comparingLong(Child::inode).thenComparingInt(Child::number);

  /**
   * A place of an object.
   *
   * @param number tells the names of one file in one directory apart, from 1
   */
  record Child(long inode, int number, boolean isDirectory) {

    String name() {
      return number == 1 ? Long.toString(inode) : inode + "-" + number;
    }
  }

  /**
   * @param named entries of all layers, top first
   * @param inImage what the directory has besides
   * @param isPlace whether a directory's place is here: it has one place alone
   */
  static DirectoryObjects of(
      List<ObjectTree.Named> named, List<Child> inImage, LongPredicate isPlace) {
    List<ObjectTree.Named> whiteouts =
        named.stream().filter(one -> one.entry().child() == 0).toList();
    List<ObjectTree.Named> leading =
        named.stream()
            .filter(one -> one.entry().child() != 0)
            .sorted(Comparator.comparingLong(one -> one.entry().child()))
            .toList();
    List<Child> children = new ArrayList<>(inImage);
    long before = 0;
    int number = 0;
    for (ObjectTree.Named one : leading) {
      long inode = one.entry().child();
      number = inode == before ? number + 1 : 1;
      before = inode;
      boolean isDirectory = one.entry().isDirectory();
      if (!isDirectory || number == 1 && isPlace.test(inode)) {
        children.add(new Child(inode, number, isDirectory));
      }
    }
    children.sort(ORDER);
    return new DirectoryObjects(children, leading, whiteouts);
  }

  int weight() {
    return children.size() + named.size() + whiteouts.size();
  }

  /** The entries that lead to an object. */
  List<ObjectTree.Named> names(long inode) {
    int from = firstName(inode);
    int to = from;
    while (to < named.size() && named.get(to).entry().child() == inode) {
      to++;
    }
    return named.subList(from, to);
  }

  private int firstName(long inode) {
    int from = 0;
    int to = named.size();
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (named.get(middle).entry().child() < inode) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  /** The child of a name. */
  Optional<Child> find(String name) {
    String[] parts = name.split("-", 2);
    try {
      int number = parts.length == 1 ? 1 : Integer.parseInt(parts[1]);
      return find(new Child(Long.parseLong(parts[0]), number, false))
          .filter(child -> child.name().equals(name));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private Optional<Child> find(Child wanted) {
    int from = 0;
    int to = children.size();
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (ORDER.compare(children.get(middle), wanted) < 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from < children.size() && ORDER.compare(children.get(from), wanted) == 0
        ? Optional.of(children.get(from))
        : Optional.empty();
  }

  /** What a whiteout is called. */
  static String nameOf(ObjectTree.Named whiteout) {
    byte[] key = whiteout.entry().key();
    return ObjectTree.WHITEOUT + HexFormat.of().formatHex(key, Long.BYTES, key.length);
  }

  /** The key of the entry that a whiteout of this name would be; empty if none is called so. */
  static Optional<byte[]> whiteoutKey(long directory, String name) {
    if (!name.startsWith(ObjectTree.WHITEOUT)) {
      return Optional.empty();
    }
    try {
      byte[] token = HexFormat.of().parseHex(name.substring(ObjectTree.WHITEOUT.length()));
      byte[] key =
          ByteBuffer.allocate(Long.BYTES + token.length).putLong(directory).put(token).array();
      boolean isSpelledSo = name.equals(name.toLowerCase(Locale.ROOT));
      return isSpelledSo ? Optional.of(key) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
