package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.util.OptionalLong;
import jnr.ffi.Pointer;

/**
 * Finds inodes by paths, a lookup for each name. libfuse's paths begin with a slash and hold no
 * empty names, but names that are too long. Thread-safe.
 */
final class Paths {

  private static final byte SLASH = '/';

  private final FileSystem fileSystem;
  private final HiddenFiles hidden;
  private final KernelNodes nodes;

  Paths(FileSystem fileSystem, HiddenFiles hidden, KernelNodes nodes) {
    this.fileSystem = fileSystem;
    this.hidden = hidden;
    this.nodes = nodes;
  }

  /** What a path leads to. */
  Found find(Pointer path) throws ErrnoException {
    byte[] bytes = bytes(path);
    int last = lastSlash(bytes);
    if (last == bytes.length - 1) {
      return new Found(reference(FileSystem.ROOT), fileSystem.getattr(FileSystem.ROOT));
    }
    Name name = name(bytes, last + 1, bytes.length);
    OptionalLong open = hidden.inodeOf(name);
    if (open.isPresent()) {
      return child(open.getAsLong(), Name.DOT);
    }
    try (Reference directory = walk(bytes, last)) {
      nodes.learnDirectory(directory.inode());
      return child(directory.inode(), name);
    }
  }

  /** The directory of a path's last name. */
  Place place(Pointer path) throws ErrnoException {
    byte[] bytes = bytes(path);
    int last = lastSlash(bytes);
    Name name = name(bytes, last + 1, bytes.length);
    return new Place(walk(bytes, last), name);
  }

  /** A name in a directory. */
  Found child(long directory, Name name) throws ErrnoException {
    Attributes attributes = fileSystem.lookup(Caller.ROOT, directory, name);
    return new Found(reference(attributes.inode()), attributes);
  }

  private Reference reference(long inode) {
    return new Reference(fileSystem, inode);
  }

  /** The last name of a path. */
  static Name lastName(Pointer path) throws ErrnoException {
    byte[] bytes = bytes(path);
    return name(bytes, lastSlash(bytes) + 1, bytes.length);
  }

  static byte[] bytes(Pointer text) {
    byte[] bytes = new byte[text.indexOf(0, (byte) 0)];
    text.get(0, bytes, 0, bytes.length);
    return bytes;
  }

  /** Where the names before {@code end} lead. */
  private Reference walk(byte[] path, int end) throws ErrnoException {
    Reference at = reference(FileSystem.ROOT);
    int from = 1;
    while (from < end) {
      int to = from;
      while (to < end && path[to] != SLASH) {
        to++;
      }
      try (Reference above = at) {
        at = child(above.inode(), name(path, from, to)).reference();
      }
      from = to + 1;
    }
    return at;
  }

  private static Name name(byte[] path, int from, int to) throws ErrnoException {
    if (to - from > Name.MAX_LENGTH) {
      throw new ErrnoException(Errno.ENAMETOOLONG);
    }
    if (to == from) {
      throw new ErrnoException(Errno.EBUSY);
    }
    return Name.copyOf(path, from, to);
  }

  private static int lastSlash(byte[] path) {
    int at = path.length - 1;
    while (at > 0 && path[at] != SLASH) {
      at--;
    }
    return at;
  }
}
