package ctrenc.overlay.union;

import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.util.Optional;

/**
 * Takes names away. An inode whose last name goes lives on while someone has it open or the kernel
 * refers to it.
 */
final class Remover {

  private final NodeTable nodes;
  private final Lookup lookup;
  private final Changes changes;
  private final DirectoryLister lister;
  private final WallClock clock;

  Remover(
      NodeTable nodes, Lookup lookup, Changes changes, DirectoryLister lister, WallClock clock) {
    this.nodes = nodes;
    this.lookup = lookup;
    this.changes = changes;
    this.lister = lister;
    this.clock = clock;
  }

  void unlink(Caller caller, long parent, Name name) throws IOException, ErrnoException {
    remove(caller, parent, name, false);
  }

  void rmdir(Caller caller, long parent, Name name) throws IOException, ErrnoException {
    remove(caller, parent, name, true);
  }

  private void remove(Caller caller, long parent, Name name, boolean directory)
      throws IOException, ErrnoException {
    Lookup.requireName(name);
    try (NodeTable.Pin from = nodes.pin(parent)) {
      Lookup.requireDirectory(from.node());
      boolean done = false;
      while (!done) {
        Optional<NodeTable.Pin> victim = lookup.child(from.node(), name);
        if (victim.isEmpty() && caller.resent()) {
          return; // An earlier process removed it and did not live to say so.
        }
        if (victim.isEmpty()) {
          throw new ErrnoException(Errno.ENOENT);
        }
        try (NodeTable.Pin pin = victim.get()) {
          done = removeIfStill(from.node(), name, pin, directory);
        }
      }
    }
  }

  /** Returns false if the name leads elsewhere by now. */
  private boolean removeIfStill(Node parent, Name name, NodeTable.Pin pin, boolean directory)
      throws IOException, ErrnoException {
    Node victim = pin.node();
    try (NodeLocks locks = NodeLocks.of(parent, victim);
        Change change = changes.begin()) {
      if (!lookup.leadsTo(parent, name, Optional.of(pin))) {
        return false;
      }
      requireRemovable(victim, directory);
      Timestamp now = clock.now();
      change.hide(parent, name);
      change.edit(parent).modified(now).changed(now);
      drop(change, parent, victim, now);
      change.commit();
      return true;
    }
  }

  private void requireRemovable(Node victim, boolean directory) throws IOException, ErrnoException {
    if (victim.inodeRecord().isDirectory() != directory) {
      throw new ErrnoException(directory ? Errno.ENOTDIR : Errno.EISDIR);
    }
    if (directory) {
      requireEmpty(victim);
    }
  }

  void requireEmpty(Node directory) throws IOException, ErrnoException {
    if (!lister.isEmpty(directory)) {
      throw new ErrnoException(Errno.ENOTEMPTY);
    }
  }

  /**
   * Counts one name of {@code victim} in {@code parent} less; a directory goes as a whole, and its
   * leftover whiteouts with it.
   */
  void drop(Change change, Node parent, Node victim, Timestamp now) throws IOException {
    InodeEdit edit = change.edit(victim).changed(now);
    if (!victim.inodeRecord().isDirectory()) {
      edit.links(edit.links() - 1);
      return;
    }
    change.batch().removeEntries(victim.inode());
    edit.links(0).opaque();
    InodeEdit above = change.edit(parent);
    above.links(above.links() - 1);
  }
}
