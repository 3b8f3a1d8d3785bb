package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireIn.SetattrIn;
import ctrenc.overlay.fuse.kernel.WireOut.StatfsOut;
import ctrenc.overlay.vfs.AttributeChange;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUsage;
import ctrenc.overlay.vfs.Timestamp;

/** Tells and changes the attributes of an inode, and tells those of the filesystem. */
final class AttributeHandlers {

  /** FATTR bits of linux/fuse.h. */
  private static final int FATTR_MODE = 1;

  private static final int FATTR_UID = 1 << 1;
  private static final int FATTR_GID = 1 << 2;
  private static final int FATTR_SIZE = 1 << 3;
  private static final int FATTR_ATIME = 1 << 4;
  private static final int FATTR_MTIME = 1 << 5;
  private static final int FATTR_ATIME_NOW = 1 << 7;
  private static final int FATTR_MTIME_NOW = 1 << 8;
  private static final int FATTR_CTIME = 1 << 10;
  private static final int FATTR_KILL_SUIDGID = 1 << 11;

  private static final int MAX_NANOS = 999_999_999;

  private final FileSystem fileSystem;
  private final ImageFiles images;
  private final AttributeEncoder encoder;

  AttributeHandlers(FileSystem fileSystem, ImageFiles images, AttributeEncoder encoder) {
    this.fileSystem = fileSystem;
    this.images = images;
    this.encoder = encoder;
  }

  void addTo(HandlerTable table) {
    table
        .add(
            Operation.GETATTR,
            (request, reply) ->
                encoder.putAttributes(reply, request.node(), fileSystem.getattr(request.inode())))
        .add(
            Operation.STATX,
            (request, reply) ->
                encoder.putStatx(reply, request.node(), fileSystem.getattr(request.inode())))
        .add(Operation.SETATTR, this::setattr)
        .add(
            Operation.READLINK, (request, reply) -> reply.put(fileSystem.readlink(request.inode())))
        .add(Operation.STATFS, this::statfs);
  }

  private void setattr(Request request, Reply reply) throws ErrnoException {
    int valid = request.argumentInt(SetattrIn.VALID);
    if ((valid & FATTR_SIZE) != 0) {
      Request.checkRange(request.argumentLong(SetattrIn.SIZE), 0);
      images.checkResize(request.node());
    }
    AttributeChange change =
        new AttributeChange(
            changedFields(valid),
            request.argumentInt(SetattrIn.MODE),
            request.argumentInt(SetattrIn.UID),
            request.argumentInt(SetattrIn.GID),
            request.argumentLong(SetattrIn.SIZE),
            time(request, valid & FATTR_ATIME, SetattrIn.ATIME, SetattrIn.ATIME_NANOS),
            time(request, valid & FATTR_MTIME, SetattrIn.MTIME, SetattrIn.MTIME_NANOS),
            time(request, valid & FATTR_CTIME, SetattrIn.CTIME, SetattrIn.CTIME_NANOS));
    Attributes changed = fileSystem.setattr(request.caller(), request.inode(), change);
    images.attributesChanged(request.node());
    encoder.putAttributes(reply, request.node(), changed);
  }

  /**
   * A change of nothing is what is left of the kernel's wish to clear set-ID bits, before a write,
   * an allocation or a copy by someone who may not keep them.
   */
  private static int changedFields(int valid) {
    if (valid == 0) {
      return AttributeChange.KILL_PRIVILEGES;
    }
    return bit(valid, FATTR_MODE, AttributeChange.MODE)
        | bit(valid, FATTR_UID, AttributeChange.UID)
        | bit(valid, FATTR_GID, AttributeChange.GID)
        | bit(valid, FATTR_SIZE, AttributeChange.SIZE)
        | timeBit(
            valid,
            FATTR_ATIME,
            FATTR_ATIME_NOW,
            AttributeChange.ACCESSED,
            AttributeChange.ACCESSED_NOW)
        | timeBit(
            valid,
            FATTR_MTIME,
            FATTR_MTIME_NOW,
            AttributeChange.MODIFIED,
            AttributeChange.MODIFIED_NOW)
        | bit(valid, FATTR_CTIME, AttributeChange.CHANGED)
        | bit(valid, FATTR_KILL_SUIDGID, AttributeChange.KILL_PRIVILEGES);
  }

  private static int bit(int valid, int wire, int ours) {
    return (valid & wire) != 0 ? ours : 0;
  }

  /** The kernel sets both bits when it asks for the server's clock. */
  private static int timeBit(int valid, int wire, int wireNow, int ours, int oursNow) {
    return (valid & wireNow) != 0 ? oursNow : bit(valid, wire, ours);
  }

  private static Timestamp time(Request request, int isSet, int secondsOffset, int nanosOffset)
      throws ErrnoException {
    if (isSet == 0) {
      return Timestamp.EPOCH;
    }
    int nanos = request.argumentInt(nanosOffset);
    if (nanos < 0 || nanos > MAX_NANOS) {
      throw new ErrnoException(Errno.EINVAL);
    }
    return new Timestamp(request.argumentLong(secondsOffset), nanos);
  }

  private void statfs(Request request, Reply reply) throws ErrnoException {
    FileSystemUsage usage = fileSystem.statfs(request.inode());
    reply.begin(StatfsOut.LENGTH);
    reply.putLong(StatfsOut.BLOCKS, usage.blocks());
    reply.putLong(StatfsOut.FREE_BLOCKS, usage.freeBlocks());
    reply.putLong(StatfsOut.AVAILABLE_BLOCKS, usage.availableBlocks());
    reply.putLong(StatfsOut.FILES, usage.files());
    reply.putLong(StatfsOut.FREE_FILES, usage.freeFiles());
    reply.putInt(StatfsOut.BLOCK_SIZE, usage.blockSize());
    reply.putInt(StatfsOut.NAME_LENGTH, usage.nameLength());
    reply.putInt(StatfsOut.FRAGMENT_SIZE, usage.blockSize());
  }
}
