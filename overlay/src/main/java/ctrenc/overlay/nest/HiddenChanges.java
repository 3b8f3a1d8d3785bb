package ctrenc.overlay.nest;

import ctrenc.overlay.nest.HiddenNode.Kind;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.Name;

/**
 * Makes and destroys by a hidden directory. Whether the caller may, the kernel has checked by the
 * attributes that {@link HiddenContent} gives, which is the only one to know who removes: it tells
 * FUSE servers that allow idmapped mounts of the callers that make something alone. What it has no
 * attributes for is checked here. Thread-safe.
 */
final class HiddenChanges {

  private final TreeMaking making;
  private final TreeChanges changes;
  private final Nesting nesting;

  HiddenChanges(TreeMaking making, TreeChanges changes, Nesting nesting) {
    this.making = making;
    this.changes = changes;
    this.nesting = nesting;
  }

  HiddenNode make(Caller caller, HiddenNode parent, Name name, int mode) throws ErrnoException {
    switch (parent.kind()) {
      case SUBVOLUMES -> nest(caller, parent, name, mode, new Source.Empty());
      case FORKS -> {
        requireOwner(caller, parent.in());
        nest(caller, parent, name, mode, new Source.Fork());
      }
      case IMAGE -> nest(caller, parent, name, mode, new Source.Image(parent.name()));
      case SNAPSHOTS -> {
        requireOwner(caller, parent.in());
        if (!isDone(caller, parent, name)) {
          nesting.snapshot(parent.in().id(), name);
        }
        return parent.child(Kind.SNAPSHOT, name);
      }
      case RECURSIVE_SNAPSHOTS -> {
        requireOwner(caller, parent.in());
        if (!isDone(caller, parent, name)) {
          nesting.snapshotWithNested(parent.in().id(), name);
        }
        return parent.child(Kind.SNAPSHOT, name);
      }
      default -> throw new ErrnoException(Errno.EPERM);
    }
    return parent.child(Kind.NESTED, name);
  }

  private void nest(Caller caller, HiddenNode parent, Name name, int mode, Source source)
      throws ErrnoException {
    making.make(caller, parent.in(), parent.directory(), name, mode, source);
  }

  /** The snapshot was taken by an earlier process that did not live to say so. */
  private boolean isDone(Caller caller, HiddenNode parent, Name name) {
    return caller.resent() && nesting.snapshots(parent.in().id()).contains(name);
  }

  void remove(Caller caller, HiddenNode parent, Name name) throws ErrnoException {
    try {
      remove(parent, name);
    } catch (ErrnoException e) {
      // Asked for the second time, an earlier process may have removed it.
      if (e.errno() != Errno.ENOENT || !caller.resent()) {
        throw e;
      }
    }
  }

  private void remove(HiddenNode parent, Name name) throws ErrnoException {
    switch (parent.kind()) {
      case SUBVOLUMES, FORKS, IMAGE -> {
        Member child = parent.in().childAt(parent.directory(), name);
        if (child == null) {
          throw new ErrnoException(Errno.ENOENT);
        }
        changes.destroy(child, parent.directory(), name);
      }
      case SNAPSHOTS, RECURSIVE_SNAPSHOTS -> nesting.removeSnapshot(parent.in().id(), name);
      default -> throw new ErrnoException(Errno.EPERM);
    }
  }

  private static void requireOwner(Caller caller, Member member) throws ErrnoException {
    if (caller.uid() != 0 && caller.uid() != member.owner()) {
      throw new ErrnoException(Errno.EPERM);
    }
  }
}
