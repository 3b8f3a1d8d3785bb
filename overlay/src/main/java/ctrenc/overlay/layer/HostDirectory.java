package ctrenc.overlay.layer;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.DirectoryEntry;
import ctrenc.overlay.sys.DirectoryReader;
import ctrenc.overlay.sys.Entries;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.ExtendedAttributes;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads one directory of a host tree: names, attributes, extended attributes and link targets.
 * Stateless.
 */
final class HostDirectory {

  private static final byte[] NO_TARGET = {};

  private HostDirectory() {}

  /**
   * The entries of a directory, in no order of use to callers. What vanishes while it is read is
   * left out. They are visited by their inode numbers, because so the host reads its tables of
   * inodes forward instead of to and fro.
   */
  static List<HostEntry> read(HostTree tree, int treeIndex, byte[] path) throws IOException {
    List<HostEntry> entries = new ArrayList<>();
    try (Descriptor directory = tree.openDirectory(path)) {
      List<DirectoryEntry> found = new ArrayList<>(DirectoryReader.list(directory));
      found.sort(Comparator.comparingLong(DirectoryEntry::inode));
      for (DirectoryEntry entry : found) {
        readEntry(directory, treeIndex, path, entry.name()).ifPresent(entries::add);
      }
    }
    return entries;
  }

  /** What a directory has under a name. */
  static Optional<HostEntry> find(HostTree tree, int treeIndex, byte[] path, Name name)
      throws IOException {
    try (Descriptor directory = tree.openDirectory(path)) {
      return readEntry(directory, treeIndex, path, name.bytes());
    }
  }

  /** How many bytes a directory's names take on the host. */
  static long size(HostTree tree, byte[] path) throws IOException {
    try (Descriptor directory = tree.openDirectory(path)) {
      return FileStatus.of(directory).size();
    }
  }

  /** The root of a tree. */
  static HostEntry root(HostTree tree, int treeIndex) throws IOException {
    try (Descriptor directory = tree.openDirectory(new byte[0])) {
      FileStatus status = FileStatus.of(directory);
      SortedMap<Name, byte[]> xattrs = xattrs(ExtendedAttributes.of(directory));
      return new HostEntry(Name.DOT, treeIndex, new byte[0], status, xattrs, NO_TARGET);
    }
  }

  /** Empty if the name is not there, or vanishes while it is read. */
  private static Optional<HostEntry> readEntry(
      Descriptor directory, int treeIndex, byte[] parentPath, byte[] name) throws IOException {
    try {
      return Optional.of(presentEntry(directory, treeIndex, parentPath, name));
    } catch (SystemCallException e) {
      if (e.is(ErrorNumber.ENOENT)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static HostEntry presentEntry(
      Descriptor directory, int treeIndex, byte[] parentPath, byte[] name) throws IOException {
    FileStatus status = FileStatus.at(directory, name);
    byte[] target =
        FileMode.isSymlink(status.mode()) ? Entries.readLink(directory, name) : NO_TARGET;
    SortedMap<Name, byte[]> xattrs = xattrs(ExtendedAttributes.at(throughProc(directory, name)));
    return new HostEntry(Name.of(name), treeIndex, join(parentPath, name), status, xattrs, target);
  }

  static SortedMap<Name, byte[]> xattrs(ExtendedAttributes attributes) throws IOException {
    List<byte[]> names = attributes.list();
    if (names.isEmpty()) {
      return Collections.emptySortedMap();
    }
    SortedMap<Name, byte[]> xattrs = new TreeMap<>();
    for (byte[] name : names) {
      attributes.get(name).ifPresent(value -> xattrs.put(Name.of(name), value));
    }
    return Collections.unmodifiableSortedMap(xattrs);
  }

  /** There is no lgetxattr relative to a directory; this path leads through the descriptor. */
  private static byte[] throughProc(Descriptor directory, byte[] name) {
    String prefix = "/proc/self/fd/" + directory.number();
    return join(prefix.getBytes(StandardCharsets.US_ASCII), name);
  }

  private static byte[] join(byte[] parent, byte[] name) {
    if (parent.length == 0) {
      return name;
    }
    byte[] joined = new byte[parent.length + 1 + name.length];
    System.arraycopy(parent, 0, joined, 0, parent.length);
    joined[parent.length] = '/';
    System.arraycopy(name, 0, joined, parent.length + 1, name.length);
    return joined;
  }
}
