package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.ByteArrayOutputStream;
import jnr.ffi.Pointer;

/**
 * Extended attributes of what paths lead to. Access control lists are not among them: with libfuse
 * 2 the kernel does not ask them who may do what, and a list that decides nothing must not look as
 * if it did. Thread-safe.
 */
final class ExtendedAttributeCalls {

  private static final Name LISTS = Name.of("system.posix_acl_");

  private final FileSystem fileSystem;
  private final Paths paths;

  ExtendedAttributeCalls(FileSystem fileSystem, Paths paths) {
    this.fileSystem = fileSystem;
    this.paths = paths;
  }

  int get(Pointer path, Pointer name, Pointer target, long size) throws ErrnoException {
    Name wanted = name(name);
    try (Found found = paths.find(path)) {
      return fill(fileSystem.getxattr(found.inode(), wanted), target, size);
    }
  }

  int set(Caller caller, Pointer path, Pointer name, Pointer value, long size, int flags)
      throws ErrnoException {
    Name wanted = name(name);
    byte[] bytes = new byte[(int) size];
    if (size > 0) {
      value.get(0, bytes, 0, bytes.length);
    }
    try (Found found = paths.find(path)) {
      fileSystem.setxattr(caller, found.inode(), wanted, bytes, flags, false);
    }
    return 0;
  }

  int list(Pointer path, Pointer target, long size) throws ErrnoException {
    try (Found found = paths.find(path)) {
      return fill(withoutLists(fileSystem.listxattr(found.inode())), target, size);
    }
  }

  int remove(Caller caller, Pointer path, Pointer name) throws ErrnoException {
    Name wanted = name(name);
    try (Found found = paths.find(path)) {
      fileSystem.removexattr(caller, found.inode(), wanted);
    }
    return 0;
  }

  private static Name name(Pointer text) throws ErrnoException {
    Name name = Name.of(Paths.bytes(text));
    if (name.startsWith(LISTS)) {
      throw new ErrnoException(Errno.EOPNOTSUPP);
    }
    return name;
  }

  private static byte[] withoutLists(byte[] names) {
    ByteArrayOutputStream kept = new ByteArrayOutputStream(names.length);
    int from = 0;
    for (int at = 0; at < names.length; at++) {
      if (names[at] == 0) {
        if (!Name.copyOf(names, from, at).startsWith(LISTS)) {
          kept.write(names, from, at + 1 - from);
        }
        from = at + 1;
      }
    }
    return kept.toByteArray();
  }

  /** A size of 0 asks for the length alone. */
  private static int fill(byte[] bytes, Pointer target, long size) throws ErrnoException {
    if (size == 0) {
      return bytes.length;
    }
    if (bytes.length > size) {
      throw new ErrnoException(Errno.ERANGE);
    }
    target.put(0, bytes, 0, bytes.length);
    return bytes.length;
  }
}
