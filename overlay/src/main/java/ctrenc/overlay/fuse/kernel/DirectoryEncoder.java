package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireOut.Dirent;
import ctrenc.overlay.fuse.kernel.WireOut.DirentPlus;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.DirectorySink;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;

/**
 * Appends directory entries to a reply until {@code room} bytes are full. In a listing with
 * attributes an entry that comes without them ("." and "..") gets an empty node, by which the
 * kernel knows that it holds no reference.
 */
final class DirectoryEncoder implements DirectorySink {

  private final AttributeEncoder encoder;
  private final Reply reply;
  private final int room;
  private final boolean plus;

  DirectoryEncoder(AttributeEncoder encoder, Reply reply, int room, boolean plus) {
    this.encoder = encoder;
    this.reply = reply;
    this.room = room;
    this.plus = plus;
  }

  @Override
  public boolean accept(Name name, long inode, int type, long cookie) {
    int start = reserve(name);
    if (start < 0) {
      return false;
    }
    putDirent(direntOf(start), name, inode, type, cookie);
    return true;
  }

  @Override
  public boolean accept(Name name, Attributes attributes, long cookie) {
    int start = reserve(name);
    if (start < 0) {
      return false;
    }
    if (plus) {
      encoder.putEntryAt(reply, start, attributes);
    }
    putDirent(
        direntOf(start), name, attributes.inode(), FileMode.direntType(attributes.mode()), cookie);
    return true;
  }

  private int direntOf(int start) {
    return plus ? start + DirentPlus.DIRENT : start;
  }

  /** Where the next entry begins, or -1 if it does not fit. */
  private int reserve(Name name) {
    int size = direntOf(0) + Dirent.NAME + name.length();
    int padded = (size + Dirent.ALIGNMENT - 1) / Dirent.ALIGNMENT * Dirent.ALIGNMENT;
    return reply.length() + padded > room ? -1 : reply.append(padded);
  }

  private void putDirent(int start, Name name, long inode, int type, long cookie) {
    reply.putLong(start + Dirent.INODE, inode);
    reply.putLong(start + Dirent.COOKIE, cookie);
    reply.putInt(start + Dirent.NAME_LENGTH, name.length());
    reply.putInt(start + Dirent.TYPE, type);
    reply.putName(start + Dirent.NAME, name);
  }
}
