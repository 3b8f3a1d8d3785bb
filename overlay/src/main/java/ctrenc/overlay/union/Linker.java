package ctrenc.overlay.union;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;

/** Gives an inode one more name. */
final class Linker {

  private final NodeTable nodes;
  private final Changes changes;
  private final AttributeReader attributes;
  private final WallClock clock;
  private final Replays replays;

  Linker(
      NodeTable nodes,
      Changes changes,
      AttributeReader attributes,
      WallClock clock,
      Replays replays) {
    this.nodes = nodes;
    this.changes = changes;
    this.attributes = attributes;
    this.clock = clock;
    this.replays = replays;
  }

  Attributes link(Caller caller, long inode, long parent, Name name)
      throws IOException, ErrnoException {
    Lookup.requireName(name);
    try (NodeTable.Pin pin = nodes.pin(inode);
        NodeTable.Pin directory = nodes.pin(parent)) {
      Node node = pin.node();
      try (NodeLocks locks = NodeLocks.of(node, directory.node());
          Change change = changes.begin()) {
        if (replays.isLinked(caller, directory.node(), name, node)) {
          return counted(node);
        }
        requireLinkable(node);
        Lookup.requireLiveDirectory(directory.node());
        if (changes.resolver().child(directory.node(), name).isPresent()) {
          throw new ErrnoException(Errno.EEXIST);
        }
        Timestamp now = clock.now();
        InodeEdit edit = change.edit(node);
        edit.links(edit.links() + 1).changed(now);
        change.point(directory.node(), name, inode, edit.mode());
        change.edit(directory.node()).modified(now).changed(now);
        change.commit();
      }
      return counted(node);
    }
  }

  private Attributes counted(Node node) throws IOException {
    Attributes linked = attributes.of(node);
    node.addLookup();
    return linked;
  }

  private static void requireLinkable(Node node) throws ErrnoException {
    InodeRecord inodeRecord = node.inodeRecord();
    if (inodeRecord.isDirectory()) {
      throw new ErrnoException(Errno.EPERM);
    }
    if (inodeRecord.links() == 0 && !node.isLinkable()) {
      throw new ErrnoException(Errno.ENOENT);
    }
    if (inodeRecord.links() == Integer.MAX_VALUE) {
      throw new ErrnoException(Errno.EMLINK);
    }
  }
}
