package ctrenc.overlay.union;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An upper record in the making. One that starts from a lower record is the copy-up: everything is
 * taken over, and the bytes of a regular file are left where they are, showing through up to the
 * size they have. Not thread-safe.
 */
final class InodeEdit {

  private int mode;
  private int uid;
  private int gid;
  private int rdev;
  private int links;
  private long size;
  private long lowerSize;
  private Timestamp accessed;
  private Timestamp modified;
  private Timestamp changed;
  private final Timestamp born;
  private long parent;
  private boolean opaque;
  private InodeRecord.Body body;
  private SortedMap<Name, byte[]> xattrs;

  private InodeEdit(InodeRecord from) {
    mode = from.mode();
    uid = from.uid();
    gid = from.gid();
    rdev = from.rdev();
    links = from.links();
    size = from.size();
    lowerSize = from.lowerSize();
    accessed = from.accessed();
    modified = from.modified();
    changed = from.changed();
    born = from.born();
    parent = from.parent();
    opaque = from.opaque();
    body = from.body();
    xattrs = from.xattrs();
  }

  /** Starts from what a node has, copied up if only a lower has it. */
  static InodeEdit of(Node node) {
    InodeEdit edit = new InodeEdit(node.inodeRecord());
    Timestamp read = node.accessed();
    if (read != null) {
      edit.accessed = read;
    }
    if (!node.inUpper()) {
      edit.copyUp();
    }
    return edit;
  }

  /** Starts from a record that is carried to another layer as it is. */
  static InodeEdit of(InodeRecord inodeRecord) {
    return new InodeEdit(inodeRecord);
  }

  /** Starts from nothing: no links, no bytes, all times {@code now}. */
  static InodeEdit fresh(int mode, int uid, int gid, Timestamp now) {
    return new InodeEdit(
        new InodeRecord(
            mode,
            uid,
            gid,
            0,
            0,
            0,
            0,
            now,
            now,
            now,
            now,
            0,
            false,
            InodeRecord.RUNS,
            Collections.emptySortedMap()));
  }

  private void copyUp() {
    if (FileMode.isRegular(mode)) {
      body = InodeRecord.RUNS;
      lowerSize = size;
    } else if (FileMode.isDirectory(mode)) {
      opaque = false;
    }
  }

  InodeRecord build() {
    return new InodeRecord(
        mode, uid, gid, rdev, links, size, lowerSize, accessed, modified, changed, born, parent,
        opaque, body, xattrs);
  }

  int mode() {
    return mode;
  }

  int links() {
    return links;
  }

  long size() {
    return size;
  }

  long lowerSize() {
    return lowerSize;
  }

  Timestamp changed() {
    return changed;
  }

  SortedMap<Name, byte[]> xattrs() {
    return xattrs;
  }

  InodeEdit mode(int newMode) {
    mode = newMode;
    return this;
  }

  InodeEdit uid(int newUid) {
    uid = newUid;
    return this;
  }

  InodeEdit gid(int newGid) {
    gid = newGid;
    return this;
  }

  InodeEdit rdev(int newRdev) {
    rdev = newRdev;
    return this;
  }

  InodeEdit links(int newLinks) {
    links = newLinks;
    return this;
  }

  InodeEdit size(long newSize) {
    size = newSize;
    lowerSize = Math.min(lowerSize, newSize);
    return this;
  }

  InodeEdit hideLower() {
    lowerSize = 0;
    return this;
  }

  /** How far lower bytes show through, which is never above the size. */
  InodeEdit lowerSize(long shown) {
    lowerSize = shown;
    return this;
  }

  InodeEdit accessed(Timestamp time) {
    accessed = time;
    return this;
  }

  InodeEdit modified(Timestamp time) {
    modified = time;
    return this;
  }

  InodeEdit changed(Timestamp time) {
    changed = time;
    return this;
  }

  InodeEdit parent(long newParent) {
    parent = newParent;
    return this;
  }

  InodeEdit opaque() {
    return opaque(true);
  }

  InodeEdit opaque(boolean hides) {
    opaque = hides;
    return this;
  }

  InodeEdit body(InodeRecord.Body newBody) {
    body = newBody;
    return this;
  }

  /** Sets an extended attribute, or removes it where there is no value. */
  InodeEdit xattr(Name name, byte @Nullable [] value) {
    if (value == null && !xattrs.containsKey(name)) {
      return this;
    }
    TreeMap<Name, byte[]> copy = new TreeMap<>(xattrs);
    if (value == null) {
      copy.remove(name);
    } else {
      copy.put(name, value);
    }
    xattrs = Collections.unmodifiableSortedMap(copy);
    return this;
  }
}
