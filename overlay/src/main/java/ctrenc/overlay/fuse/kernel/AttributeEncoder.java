package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireOut.Attr;
import ctrenc.overlay.fuse.kernel.WireOut.AttrOut;
import ctrenc.overlay.fuse.kernel.WireOut.EntryOut;
import ctrenc.overlay.fuse.kernel.WireOut.StatxOut;
import ctrenc.overlay.sys.DeviceNumber;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Timestamp;

/**
 * Writes attributes into replies. The kernel may keep them for {@link #VALID_SECONDS}: this server
 * is the only writer, and says when they change by other ways than the mount's own requests. What
 * it may not keep, {@link ImageFiles} and the filesystem know. Thread-safe.
 */
final class AttributeEncoder {

  /** A day. */
  static final long VALID_SECONDS = 86_400;

  private static final int BLOCK_SIZE = 4096;
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int STATX_BTIME = 0x800;

  private final FileSystem fileSystem;
  private final ImageFiles images;

  AttributeEncoder(FileSystem fileSystem, ImageFiles images) {
    this.fileSystem = fileSystem;
    this.images = images;
  }

  /** The reply to a request for attributes of a node. */
  void putAttributes(Reply reply, long node, Attributes attributes) {
    reply.begin(AttrOut.LENGTH);
    reply.putLong(AttrOut.ATTR_VALID, validity(node));
    putAttr(reply, AttrOut.ATTR, images.seenAt(node, attributes));
  }

  private long validity(long node) {
    return images.mayKeepAttributes(node) && !fileSystem.isVolatile(node) ? VALID_SECONDS : 0;
  }

  /** The reply that hands out a reference on an inode. */
  void putEntry(Reply reply, Attributes attributes) {
    reply.begin(EntryOut.LENGTH);
    putEntryAt(reply, 0, attributes);
  }

  /**
   * The reply that says a name is absent, which the kernel may keep as well: an entry without a
   * node.
   */
  static void putAbsent(Reply reply) {
    reply.begin(EntryOut.LENGTH);
    reply.putLong(EntryOut.ENTRY_VALID, VALID_SECONDS);
  }

  /**
   * Fills an entry whose memory is zero. Inode numbers are never used again, so every generation is
   * 0.
   */
  void putEntryAt(Reply reply, int start, Attributes attributes) {
    long node = images.handOut(attributes.inode());
    boolean mayKeepName = images.mayKeepName(node, attributes) && !fileSystem.isVolatile(node);
    reply.putLong(start + EntryOut.NODE, node);
    reply.putLong(start + EntryOut.ENTRY_VALID, mayKeepName ? VALID_SECONDS : 0);
    reply.putLong(start + EntryOut.ATTR_VALID, validity(node));
    putAttr(reply, start + EntryOut.ATTR, attributes);
  }

  private static void putAttr(Reply reply, int start, Attributes attributes) {
    reply.putLong(start + Attr.INODE, attributes.inode());
    reply.putLong(start + Attr.SIZE, attributes.size());
    reply.putLong(start + Attr.BLOCKS, attributes.blocks());
    putTime(reply, start + Attr.ATIME, start + Attr.ATIME_NANOS, attributes.accessed());
    putTime(reply, start + Attr.MTIME, start + Attr.MTIME_NANOS, attributes.modified());
    putTime(reply, start + Attr.CTIME, start + Attr.CTIME_NANOS, attributes.changed());
    reply.putInt(start + Attr.MODE, attributes.mode());
    reply.putInt(start + Attr.LINKS, attributes.links());
    reply.putInt(start + Attr.UID, attributes.uid());
    reply.putInt(start + Attr.GID, attributes.gid());
    reply.putInt(start + Attr.RDEV, attributes.rdev());
    reply.putInt(start + Attr.BLOCK_SIZE, BLOCK_SIZE);
  }

  /** The reply to statx, which alone carries the time of birth. */
  void putStatx(Reply reply, long node, Attributes stored) {
    Attributes attributes = images.seenAt(node, stored);
    reply.begin(StatxOut.LENGTH);
    reply.putLong(StatxOut.ATTR_VALID, validity(node));
    reply.putInt(StatxOut.MASK, STATX_BASIC_STATS | STATX_BTIME);
    reply.putInt(StatxOut.BLOCK_SIZE, BLOCK_SIZE);
    reply.putInt(StatxOut.LINKS, attributes.links());
    reply.putInt(StatxOut.UID, attributes.uid());
    reply.putInt(StatxOut.GID, attributes.gid());
    reply.putShort(StatxOut.MODE, attributes.mode());
    reply.putLong(StatxOut.INODE, attributes.inode());
    reply.putLong(StatxOut.SIZE, attributes.size());
    reply.putLong(StatxOut.BLOCKS, attributes.blocks());
    putTime(reply, StatxOut.ATIME, attributes.accessed());
    putTime(reply, StatxOut.BTIME, attributes.born());
    putTime(reply, StatxOut.CTIME, attributes.changed());
    putTime(reply, StatxOut.MTIME, attributes.modified());
    reply.putInt(StatxOut.RDEV_MAJOR, DeviceNumber.major(attributes.rdev()));
    reply.putInt(StatxOut.RDEV_MINOR, DeviceNumber.minor(attributes.rdev()));
  }

  private static void putTime(Reply reply, int offset, Timestamp time) {
    putTime(reply, offset, offset + Long.BYTES, time);
  }

  private static void putTime(Reply reply, int secondsOffset, int nanosOffset, Timestamp time) {
    reply.putLong(secondsOffset, time.seconds());
    reply.putInt(nanosOffset, time.nanos());
  }
}
