package ctrenc.overlay.union;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.CreatedFile;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.util.Optional;

/** Makes inodes: one batch with the entry, the inode and the directory's times and links. */
final class Creator {

  private static final int MAX_TARGET = 4095;

  private final NodeTable nodes;
  private final EntryResolver resolver;
  private final Changes changes;
  private final LayerStack stack;
  private final AttributeReader attributes;
  private final OpenFiles files;
  private final WallClock clock;
  private final Replays replays;

  Creator(
      NodeTable nodes,
      Changes changes,
      AttributeReader attributes,
      OpenFiles files,
      WallClock clock,
      Replays replays) {
    this.nodes = nodes;
    this.resolver = changes.resolver();
    this.changes = changes;
    this.stack = changes.stack();
    this.attributes = attributes;
    this.files = files;
    this.clock = clock;
    this.replays = replays;
  }

  Attributes make(Caller caller, long parent, Name name, NewInode plan)
      throws IOException, ErrnoException {
    Optional<NodeTable.Pin> before = madeBefore(caller, parent, name);
    if (before.isPresent()) {
      try (NodeTable.Pin pin = before.get()) {
        Attributes found = attributes.of(pin.node());
        pin.node().addLookup();
        return found;
      }
    }
    try (NodeTable.Pin directory = nodes.pin(parent);
        NodeTable.Pin child = nodes.fresh(stack.upper().allocateInode())) {
      add(caller, directory.node(), name, child.node(), plan);
      Attributes made = attributes.of(child.node());
      child.node().addLookup();
      return made;
    }
  }

  Attributes symlink(Caller caller, long parent, Name name, byte[] target)
      throws IOException, ErrnoException {
    if (target.length == 0) {
      throw new ErrnoException(Errno.ENOENT);
    }
    if (target.length > MAX_TARGET) {
      throw new ErrnoException(Errno.ENAMETOOLONG);
    }
    return make(caller, parent, name, NewInode.symlink(target));
  }

  CreatedFile create(Caller caller, long parent, Name name, NewInode plan)
      throws IOException, ErrnoException {
    Optional<NodeTable.Pin> before = madeBefore(caller, parent, name);
    if (before.isPresent()) {
      try (NodeTable.Pin pin = before.get()) {
        pin.node().addOpen();
        return opened(pin.node());
      }
    }
    try (NodeTable.Pin directory = nodes.pin(parent);
        NodeTable.Pin child = nodes.fresh(stack.upper().allocateInode())) {
      add(caller, directory.node(), name, child.node(), plan);
      child.node().addOpen();
      return opened(child.node());
    }
  }

  private Optional<NodeTable.Pin> madeBefore(Caller caller, long parent, Name name)
      throws IOException, ErrnoException {
    if (!caller.resent()) {
      return Optional.empty();
    }
    try (NodeTable.Pin directory = nodes.pin(parent)) {
      return replays.made(caller, directory.node(), name);
    }
  }

  /** Makes a file without a name: an orphan from the start, until it is linked or let go of. */
  CreatedFile unnamed(Caller caller, long parent, NewInode plan)
      throws IOException, ErrnoException {
    try (NodeTable.Pin directory = nodes.pin(parent);
        NodeTable.Pin child = nodes.fresh(stack.upper().allocateInode())) {
      Lookup.requireLiveDirectory(directory.node());
      Node node = child.node();
      node.addOpen();
      boolean done = false;
      try (NodeLocks locks = NodeLocks.of(node);
          Change change = changes.begin()) {
        change.add(node, plan.in(directory.node(), caller, clock.now()).links(0));
        change.commit();
        node.makeLinkable();
        done = true;
      } finally {
        if (!done) {
          node.endOpen();
          nodes.release(node, 1);
        }
      }
      return opened(node);
    }
  }

  private CreatedFile opened(Node node) throws IOException {
    Attributes made = attributes.of(node);
    node.addLookup();
    return new CreatedFile(made, files.add(node));
  }

  private void add(Caller caller, Node directory, Name name, Node child, NewInode plan)
      throws IOException, ErrnoException {
    Lookup.requireName(name);
    try (NodeLocks locks = NodeLocks.of(directory);
        Change change = changes.begin()) {
      Lookup.requireLiveDirectory(directory);
      if (resolver.child(directory, name).isPresent()) {
        throw new ErrnoException(Errno.EEXIST);
      }
      Timestamp now = clock.now();
      InodeEdit made = plan.in(directory, caller, now);
      change.add(child, made);
      change.point(directory, name, child.inode(), made.mode());
      InodeEdit parent = change.edit(directory).modified(now).changed(now);
      if (plan.isDirectory()) {
        parent.links(parent.links() + 1);
      }
      change.commit();
    }
  }
}
