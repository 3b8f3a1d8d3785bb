package ctrenc.overlay.vfs;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One object of {@link MemoryFileSystem}, guarded by it. */
final class MemoryInode {

  static final Name CAPABILITY = Name.of("security.capability");

  final long number;
  final SparseBytes data = new SparseBytes();
  final Map<Name, byte[]> extended = new LinkedHashMap<>();

  /** Of a directory: what lies under each name, and the names by cookie. */
  final Map<Name, Entry> entries = new LinkedHashMap<>();

  final TreeMap<Long, Name> listing = new TreeMap<>();
  final Timestamp born;
  Timestamp accessed;
  Timestamp modified;
  Timestamp changed;
  int mode;
  int uid;
  int gid;
  int rdev;
  int links;

  /** Made without a name, and may still get one. */
  boolean isLinkable;

  long references;
  int handles;
  byte[] target = {};

  /** Of a directory: where ".." leads. */
  long parent;

  private long nextCookie = 3;

  MemoryInode(long number, int mode, int uid, int gid, Timestamp now) {
    this.number = number;
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
    born = now;
    accessed = now;
    modified = now;
    changed = now;
  }

  record Entry(long inode, long cookie) {}

  boolean isDirectory() {
    return FileMode.isDirectory(mode);
  }

  @Nullable Entry entry(Name name) {
    return entries.get(name);
  }

  void enter(Name name, long inode, Timestamp now) {
    Entry entry = new Entry(inode, nextCookie++);
    leave(name, now);
    entries.put(name, entry);
    listing.put(entry.cookie(), name);
  }

  void leave(Name name, Timestamp now) {
    Entry entry = entries.remove(name);
    if (entry != null) {
      listing.remove(entry.cookie());
    }
    modified = now;
    changed = now;
  }

  void change(AttributeChange change, Timestamp now) {
    if (change.has(AttributeChange.SIZE)) {
      data.resize(change.size());
      modified = now;
    }
    if (change.has(AttributeChange.UID)
        || change.has(AttributeChange.GID)
        || change.has(AttributeChange.KILL_PRIVILEGES)) {
      killPrivileges();
    }
    uid = change.has(AttributeChange.UID) ? change.uid() : uid;
    gid = change.has(AttributeChange.GID) ? change.gid() : gid;
    if (change.has(AttributeChange.MODE)) {
      mode = mode & FileMode.TYPE | change.mode() & FileMode.PERMISSIONS;
      extended.computeIfPresent(
          MemoryAcl.ACCESS, (name, acl) -> MemoryAcl.withMode(acl, change.mode()));
    }
    changeTimes(change, now);
  }

  private void changeTimes(AttributeChange change, Timestamp now) {
    accessed = change.has(AttributeChange.ACCESSED) ? change.accessed() : accessed;
    accessed = change.has(AttributeChange.ACCESSED_NOW) ? now : accessed;
    modified = change.has(AttributeChange.MODIFIED) ? change.modified() : modified;
    modified = change.has(AttributeChange.MODIFIED_NOW) ? now : modified;
    if (change.set() != 0) {
      changed = change.has(AttributeChange.CHANGED) ? change.changed() : now;
    }
  }

  void killPrivileges() {
    extended.remove(CAPABILITY);
    if (!isDirectory()) {
      mode &= ~FileMode.SETUID;
      if ((mode & FileMode.GROUP_EXECUTE) != 0) {
        mode &= ~FileMode.SETGID;
      }
    }
  }

  Attributes attributes() {
    long size = isDirectory() ? SparseBytes.BLOCK : target.length > 0 ? target.length : data.size();
    return new Attributes(
        number,
        size,
        data.blockCount() * 8L,
        accessed,
        modified,
        changed,
        born,
        mode,
        links,
        uid,
        gid,
        rdev);
  }
}
