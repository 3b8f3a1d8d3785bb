package ctrenc.overlay.union;

import ctrenc.overlay.vfs.Errno;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A tree of files as plain as can be: what a filesystem is compared with. Paths begin with "/". */
final class ModelTree {

  private final Dir root = new Dir();

  /** A file or a directory. */
  sealed interface Item {}

  /** A directory. */
  static final class Dir implements Item {
    final Map<String, Item> children = new TreeMap<>();
  }

  /** A regular file; hard links are further names of the same object. */
  static final class File implements Item {
    byte[] content = new byte[0];
    int mode = 0644;
  }

  Dir root() {
    return root;
  }

  Optional<Item> find(String path) {
    Item item = root;
    for (String part : path.substring(1).split("/")) {
      if (part.isEmpty()) {
        continue;
      }
      if (!(item instanceof Dir dir) || !dir.children.containsKey(part)) {
        return Optional.empty();
      }
      item = dir.children.get(part);
    }
    return Optional.of(item);
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private Dir parent(String path) {
    return (Dir) find(path.substring(0, path.lastIndexOf('/')) + "/").orElseThrow();
  }

  Optional<Errno> mkdir(String path) {
    return add(path, new Dir());
  }

  Optional<Errno> create(String path) {
    return add(path, new File());
  }

  Optional<Errno> link(String from, String to) {
    Optional<Item> item = find(from);
    if (item.isEmpty()) {
      return Optional.of(Errno.ENOENT);
    }
    return item.get() instanceof Dir ? Optional.of(Errno.EPERM) : add(to, item.get());
  }

  private Optional<Errno> add(String path, Item item) {
    if (find(path).isPresent()) {
      return Optional.of(Errno.EEXIST);
    }
    parent(path).children.put(last(path), item);
    return Optional.empty();
  }

  Optional<Errno> remove(String path, boolean directory) {
    Optional<Item> item = find(path);
    if (item.isEmpty()) {
      return Optional.of(Errno.ENOENT);
    }
    Optional<Errno> refused = removable(item.get(), directory);
    if (refused.isEmpty()) {
      parent(path).children.remove(last(path));
    }
    return refused;
  }

  private static Optional<Errno> removable(Item item, boolean directory) {
    if (item instanceof Dir dir) {
      if (!directory) {
        return Optional.of(Errno.EISDIR);
      }
      return dir.children.isEmpty() ? Optional.empty() : Optional.of(Errno.ENOTEMPTY);
    }
    return directory ? Optional.of(Errno.ENOTDIR) : Optional.empty();
  }

  Optional<Errno> rename(String from, String to, boolean exchange) {
    Optional<Item> source = find(from);
    Optional<Item> target = find(to);
    if (source.isEmpty() || (exchange && target.isEmpty())) {
      return Optional.of(Errno.ENOENT);
    }
    if (isBelow(from, to, source.get()) || (exchange && isBelow(to, from, target.get()))) {
      return Optional.of(Errno.EINVAL);
    }
    if (target.isPresent() && target.get() == source.get()) {
      return Optional.empty();
    }
    if (exchange) {
      parent(from).children.put(last(from), target.get());
      parent(to).children.put(last(to), source.get());
      return Optional.empty();
    }
    Optional<Errno> refused = target.flatMap(item -> removable(item, source.get() instanceof Dir));
    if (refused.isPresent()) {
      return refused;
    }
    Dir into = parent(to);
    parent(from).children.remove(last(from));
    into.children.put(last(to), source.get());
    return Optional.empty();
  }

  private static boolean isBelow(String above, String below, Item item) {
    return item instanceof Dir && below.startsWith(above + "/");
  }

  static void write(File file, int offset, byte[] bytes) {
    if (file.content.length < offset + bytes.length) {
      file.content = Arrays.copyOf(file.content, offset + bytes.length);
    }
    System.arraycopy(bytes, 0, file.content, offset, bytes.length);
  }
}
