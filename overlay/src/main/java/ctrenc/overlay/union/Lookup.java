package ctrenc.overlay.union;

import ctrenc.overlay.audit.Audit;
import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.layer.DirectoryEntry.Child;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * Finds children by name and takes references on them. Takes no guard, so lookups never wait for
 * each other.
 */
final class Lookup {

  private final NodeTable nodes;
  private final EntryResolver resolver;
  private final AttributeReader attributes;
  private final Audit audit;

  Lookup(NodeTable nodes, EntryResolver resolver, AttributeReader attributes, Audit audit) {
    this.nodes = nodes;
    this.resolver = resolver;
    this.attributes = attributes;
    this.audit = audit;
  }

  Attributes lookup(long parent, Name name) throws IOException, ErrnoException {
    try (NodeTable.Pin directory = nodes.pin(parent);
        NodeTable.Pin child = target(directory.node(), name)) {
      Attributes found = attributes.of(child.node());
      child.node().addLookup();
      return found;
    }
  }

  private NodeTable.Pin target(Node from, Name name) throws IOException, ErrnoException {
    if (name.equals(Name.DOT)) {
      return nodes.pin(from.inode());
    }
    requireDirectory(from);
    if (name.equals(Name.DOT_DOT)) {
      return nodes.pin(
          from.inode() == FileSystem.ROOT ? FileSystem.ROOT : from.inodeRecord().parent());
    }
    requireName(name);
    return child(from, name).orElseThrow(() -> new ErrnoException(Errno.ENOENT));
  }

  /**
   * Pins what a name leads to, if it leads anywhere. A child that goes away meanwhile is looked up
   * again.
   */
  Optional<NodeTable.Pin> child(Node directory, Name name) throws IOException {
    long missing = 0;
    while (true) {
      Optional<Child> child = resolver.child(directory, name);
      if (child.isEmpty()) {
        return Optional.empty();
      }
      Optional<NodeTable.Pin> pin = nodes.find(child.get().inode());
      if (pin.isPresent()) {
        return pin;
      }
      if (missing == child.get().inode()) {
        throw dangling(directory.inode(), missing);
      }
      missing = child.get().inode();
    }
  }

  private DamagedException dangling(long directory, long inode) {
    Map<String, String> facts =
        Map.of("directory", Long.toString(directory), "inode", Long.toString(inode));
    audit.report(new Finding(Finding.Kind.MISSING, "inode record", facts));
    return new DamagedException(
        "Directory "
            + directory
            + " leads to inode "
            + inode
            + ", of which no layer has a record.");
  }

  /**
   * Whether a name still leads to {@code expected}, which the guard of its directory then keeps
   * true.
   */
  boolean leadsTo(Node directory, Name name, Optional<NodeTable.Pin> expected) throws IOException {
    long found = resolver.child(directory, name).map(Child::inode).orElse(0L);
    return found == expected.map(pin -> pin.node().inode()).orElse(0L);
  }

  static void requireDirectory(Node node) throws ErrnoException {
    if (!node.inodeRecord().isDirectory()) {
      throw new ErrnoException(Errno.ENOTDIR);
    }
  }

  /** Refuses a directory that can take no entry, because it is none or was removed. */
  static void requireLiveDirectory(Node node) throws ErrnoException {
    requireDirectory(node);
    if (node.inodeRecord().links() == 0) {
      throw new ErrnoException(Errno.ENOENT);
    }
  }

  static void requireName(Name name) throws ErrnoException {
    if (name.length() > Name.MAX_LENGTH) {
      throw new ErrnoException(Errno.ENAMETOOLONG);
    }
  }
}
