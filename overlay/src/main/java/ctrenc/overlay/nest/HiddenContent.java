package ctrenc.overlay.nest;

import ctrenc.overlay.nest.HiddenNode.Kind;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What the nodes of a hidden directory show. Thread-safe. */
final class HiddenContent {

  private static final int DIRECTORY_MODE = FileMode.DIRECTORY | 0755;
  private static final int INFO_MODE = FileMode.REGULAR | 0444;
  private static final int STICKY = 01000;
  private static final Name ACCESS = Name.of("system.posix_acl_access");

  /** A child and where a listing goes on behind it. */
  record Entry(Name name, HiddenNode node, long cookie) {}

  private final Nesting nesting;

  HiddenContent(Nesting nesting) {
    this.nesting = nesting;
  }

  /** The child of a node; ENOENT if there is none. */
  HiddenNode child(HiddenNode from, Name name) throws ErrnoException {
    return switch (from.kind()) {
      case CONTROL -> controlled(from, name);
      case SUBVOLUMES, FORKS, IMAGE -> {
        if (from.in().childAt(from.directory(), name) == null) {
          throw new ErrnoException(Errno.ENOENT);
        }
        yield from.child(Kind.NESTED, name);
      }
      case IMAGES -> from.child(Kind.IMAGE, name);
      case SNAPSHOTS, RECURSIVE_SNAPSHOTS -> {
        if (!nesting.snapshots(from.in().id()).contains(name)) {
          throw new ErrnoException(Errno.ENOENT);
        }
        yield from.child(Kind.SNAPSHOT, name);
      }
      case NESTED, SNAPSHOT -> throw new ErrnoException(Errno.ENOENT);
      case INFO -> throw new ErrnoException(Errno.ENOTDIR);
    };
  }

  private static HiddenNode controlled(HiddenNode control, Name name) throws ErrnoException {
    for (HiddenNode.Child child : HiddenNode.Child.all()) {
      if (child.childName().equals(name)) {
        return control.child(child.kind());
      }
    }
    throw new ErrnoException(Errno.ENOENT);
  }

  /** All children that a node lists. */
  List<Entry> children(HiddenNode node) throws ErrnoException {
    List<Entry> found = new ArrayList<>();
    switch (node.kind()) {
      case CONTROL ->
          HiddenNode.Child.all()
              .forEach(one -> add(found, one.childName(), node.child(one.kind())));
      case SUBVOLUMES, FORKS, IMAGE -> {
        PlainSink sink =
            new PlainSink(
                (name, inode, cookie) -> {
                  if (node.in().children().containsKey(inode)) {
                    add(found, name, node.child(Kind.NESTED, name));
                  }
                  return true;
                });
        node.in().fileSystem().readdir(node.directory(), 0, false, sink);
      }
      case SNAPSHOTS, RECURSIVE_SNAPSHOTS ->
          nesting
              .snapshots(node.in().id())
              .forEach(name -> add(found, name, node.child(Kind.SNAPSHOT, name)));
      case IMAGES, NESTED, SNAPSHOT -> {
        // An image is found by its name alone; the others are empty.
      }
      case INFO -> throw new ErrnoException(Errno.ENOTDIR);
    }
    return found;
  }

  private static void add(List<Entry> found, Name name, HiddenNode node) {
    found.add(new Entry(name, node, HiddenListing.FIRST_COOKIE + found.size()));
  }

  Attributes attributes(HiddenNode node) throws ErrnoException {
    Member in = node.in();
    Attributes directory = in.fileSystem().getattr(node.directory());
    return switch (node.kind()) {
      case CONTROL, SUBVOLUMES, FORKS, IMAGES, IMAGE ->
          as(directory, directory.mode() | STICKY, directory.uid(), directory.gid(), 0);
      case SNAPSHOTS, RECURSIVE_SNAPSHOTS, SNAPSHOT -> owned(in, directory, DIRECTORY_MODE, 0);
      case INFO -> owned(in, directory, INFO_MODE, text(node).length);
      case NESTED -> {
        Member child = in.childAt(node.directory(), node.name());
        if (child == null) {
          throw new ErrnoException(Errno.ENOENT);
        }
        Attributes root = child.rootAttributes();
        yield as(root, root.mode(), root.uid(), root.gid(), 0);
      }
    };
  }

  /** The subvolume's owner is the one of its root directory. */
  private static Attributes owned(Member in, Attributes directory, int mode, long size)
      throws ErrnoException {
    Attributes root = in.fileSystem().getattr(FileSystem.ROOT);
    return as(directory, mode, root.uid(), root.gid(), size);
  }

  private static Attributes as(Attributes like, int mode, int uid, int gid, long size) {
    return new Attributes(
        like.inode(),
        size,
        0,
        like.accessed(),
        like.modified(),
        like.changed(),
        like.born(),
        mode,
        FileMode.isDirectory(mode) ? 2 : 1,
        uid,
        gid,
        0);
  }

  /** What {@code info} says. */
  byte[] text(HiddenNode node) throws ErrnoException {
    if (node.kind() != Kind.INFO) {
      throw new ErrnoException(Errno.EISDIR);
    }
    List<String> lines = new ArrayList<>(nesting.describe(node.in().id()));
    lines.add("owner " + Integer.toUnsignedString(node.in().owner()));
    return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  byte[] accessControl(HiddenNode node, Name name) throws ErrnoException {
    boolean inherits =
        switch (node.kind()) {
          case CONTROL, SUBVOLUMES, FORKS, IMAGES, IMAGE -> true;
          default -> false;
        };
    if (!inherits || !name.equals(ACCESS)) {
      throw new ErrnoException(Errno.ENODATA);
    }
    return node.in().fileSystem().getxattr(node.directory(), name);
  }
}
