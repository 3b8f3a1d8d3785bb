package ctrenc.overlay.union;

import static ctrenc.overlay.vfs.AttributeChange.ACCESSED;
import static ctrenc.overlay.vfs.AttributeChange.ACCESSED_NOW;
import static ctrenc.overlay.vfs.AttributeChange.CHANGED;
import static ctrenc.overlay.vfs.AttributeChange.GID;
import static ctrenc.overlay.vfs.AttributeChange.KILL_PRIVILEGES;
import static ctrenc.overlay.vfs.AttributeChange.MODE;
import static ctrenc.overlay.vfs.AttributeChange.MODIFIED;
import static ctrenc.overlay.vfs.AttributeChange.MODIFIED_NOW;
import static ctrenc.overlay.vfs.AttributeChange.SIZE;
import static ctrenc.overlay.vfs.AttributeChange.UID;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.vfs.AttributeChange;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;

/**
 * Changes mode, owner, times and size of an inode, with the side effects that Linux gives these
 * changes.
 */
final class AttributeChanger {

  private final NodeTable nodes;
  private final Changes changes;
  private final Sealer sealer;
  private final AttributeReader attributes;
  private final WallClock clock;

  AttributeChanger(
      NodeTable nodes,
      Changes changes,
      Sealer sealer,
      AttributeReader attributes,
      WallClock clock) {
    this.nodes = nodes;
    this.changes = changes;
    this.sealer = sealer;
    this.attributes = attributes;
    this.clock = clock;
  }

  Attributes change(long inode, AttributeChange change) throws IOException, ErrnoException {
    try (NodeTable.Pin pin = nodes.pin(inode)) {
      Node node = pin.node();
      if (change.has(SIZE)) {
        requireResizable(node, change.size());
      }
      if (change.set() != 0) {
        apply(node, change);
      }
      return attributes.of(node);
    }
  }

  /**
   * Empties a file as open(2) with O_TRUNC does. Set-ID bits stay only if the caller is root, file
   * capabilities never.
   */
  void empty(Node node, Caller caller) throws IOException, ErrnoException {
    requireResizable(node, 0);
    Timestamp now = clock.now();
    sealer.resize(
        node,
        0,
        (edit, batch) -> {
          edit.xattr(Privileges.CAPABILITY, null).modified(now).changed(now);
          if (caller.uid() != 0) {
            Privileges.drop(edit);
          }
        });
  }

  /** Takes set-ID bits and file capabilities away, if there are any. */
  void dropPrivileges(Node node) throws IOException, ErrnoException {
    if (Privileges.any(node.inodeRecord())) {
      apply(
          node,
          new AttributeChange(
              KILL_PRIVILEGES, 0, 0, 0, 0, Timestamp.EPOCH, Timestamp.EPOCH, Timestamp.EPOCH));
    }
  }

  private void apply(Node node, AttributeChange change) throws IOException, ErrnoException {
    Timestamp now = clock.now();
    if (change.has(SIZE)) {
      sealer.resize(node, change.size(), (edit, batch) -> edit(edit, change, now));
      return;
    }
    try (NodeLocks locks = NodeLocks.of(node);
        Change transaction = changes.begin()) {
      edit(transaction.edit(node), change, now);
      transaction.commitAttributes();
      FileContent content = node.knownContent();
      if (content != null && (change.has(MODIFIED) || change.has(MODIFIED_NOW))) {
        content.modifiedIsSet();
      }
    }
  }

  private static void edit(InodeEdit edit, AttributeChange change, Timestamp now)
      throws IOException {
    boolean newOwner = change.has(UID) || change.has(GID);
    if (newOwner || change.has(KILL_PRIVILEGES)) {
      Privileges.drop(edit);
    }
    if (change.has(MODE)) {
      edit.mode(edit.mode() & FileMode.TYPE | change.mode() & FileMode.PERMISSIONS);
      AclAttributes.followMode(edit);
    }
    if (change.has(UID)) {
      edit.uid(change.uid());
    }
    if (change.has(GID)) {
      edit.gid(change.gid());
    }
    editTimes(edit, change, now);
  }

  private static void editTimes(InodeEdit edit, AttributeChange change, Timestamp now) {
    if (change.has(SIZE) || change.has(MODIFIED_NOW)) {
      edit.modified(now);
    }
    if (change.has(MODIFIED) && !change.has(MODIFIED_NOW)) {
      edit.modified(change.modified());
    }
    if (change.has(ACCESSED_NOW)) {
      edit.accessed(now);
    } else if (change.has(ACCESSED)) {
      edit.accessed(change.accessed());
    }
    edit.changed(change.has(CHANGED) ? change.changed() : now);
  }

  private static void requireResizable(Node node, long size) throws ErrnoException {
    InodeRecord inodeRecord = node.inodeRecord();
    if (inodeRecord.isDirectory()) {
      throw new ErrnoException(Errno.EISDIR);
    }
    if (!inodeRecord.isRegular() || size < 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
  }
}
