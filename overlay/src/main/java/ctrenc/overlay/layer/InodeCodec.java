package ctrenc.overlay.layer;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The secret part of an inode record, version 1, big-endian:
 *
 * <pre>
 * mode (4) | uid (4) | gid (4) | rdev (4) | links (4) | size (8) | lowerSize (8)
 * accessed, modified, changed, born: seconds (8) | nanoseconds (4) each
 * parent (8) | opaque (1) | body kind (1) | body length (4) | body | number of xattrs (4)
 * per xattr, by ascending name: name length (2) | value length (4) | name | value
 * zeros up to the padded size, in a sealed layer
 * </pre>
 *
 * <p>Its public part is the file type, {@code mode >> 12} (1).
 */
final class InodeCodec {

  static final int VERSION = 1;
  static final int PUBLIC_SIZE = 1;

  private static final int TIME_SIZE = Long.BYTES + Integer.BYTES;

  /** The secret part without body and extended attributes. */
  static final int FIXED_SIZE =
      5 * Integer.BYTES
          + 2 * Long.BYTES
          + 4 * TIME_SIZE
          + Long.BYTES
          + 1
          + 1
          + Integer.BYTES
          + Integer.BYTES;

  private static final int XATTR_FIXED_SIZE = Short.BYTES + Integer.BYTES;

  private static final int RUNS = 1;
  private static final int SMALL = 2;
  private static final int TARGET = 3;
  private static final int HOST = 4;

  private static final int TARGET_LIMIT = 4096;
  private static final int HOST_PATH_LIMIT = 1 << 20;
  private static final int XATTR_LIMIT = 1 << 16;

  private InodeCodec() {}

  static byte[] encode(InodeRecord inode) {
    byte[] body = encodeBody(inode.body());
    FieldWriter out =
        new FieldWriter(FIXED_SIZE + body.length + 64 * inode.xattrs().size())
            .putInt(inode.mode())
            .putInt(inode.uid())
            .putInt(inode.gid())
            .putInt(inode.rdev())
            .putInt(inode.links())
            .putLong(inode.size())
            .putLong(inode.lowerSize())
            .putTime(inode.accessed())
            .putTime(inode.modified())
            .putTime(inode.changed())
            .putTime(inode.born())
            .putLong(inode.parent())
            .putByte(inode.opaque() ? 1 : 0)
            .putByte(bodyKind(inode.body()))
            .putBlock(body)
            .putInt(inode.xattrs().size());
    inode
        .xattrs()
        .forEach(
            (name, value) ->
                out.putShort(name.length())
                    .putInt(value.length)
                    .putBytes(name.bytes())
                    .putBytes(value));
    return out.toBytes();
  }

  /** Reads a secret part; {@code type} is what the public part says. */
  static InodeRecord decode(FieldReader in, int type) throws DamagedException {
    int mode = in.getInt();
    if (type == 0 || FileMode.direntType(mode) != type) {
      throw in.damaged("says another file type in its public part");
    }
    int uid = in.getInt();
    int gid = in.getInt();
    int rdev = in.getInt();
    int links = in.getInt();
    long size = in.getSize();
    long lowerSize = in.getSize();
    if (links < 0 || lowerSize > size) {
      throw in.damaged("has impossible counts");
    }
    Timestamp accessed = in.getTime();
    Timestamp modified = in.getTime();
    Timestamp changed = in.getTime();
    Timestamp born = in.getTime();
    long parent = in.getLong();
    boolean opaque = in.getFlag();
    InodeRecord.Body body = decodeBody(in);
    SortedMap<Name, byte[]> xattrs = decodeXattrs(in);
    in.endOfPadding();
    return new InodeRecord(
        mode, uid, gid, rdev, links, size, lowerSize, accessed, modified, changed, born, parent,
        opaque, body, xattrs);
  }

  private static int bodyKind(InodeRecord.Body body) {
    return switch (body) {
      case InodeRecord.Body.Runs runs -> RUNS;
      case InodeRecord.Body.Small small -> SMALL;
      case InodeRecord.Body.Target target -> TARGET;
      case InodeRecord.Body.Host host -> HOST;
    };
  }

  private static byte[] encodeBody(InodeRecord.Body body) {
    return switch (body) {
      case InodeRecord.Body.Runs runs -> new byte[0];
      case InodeRecord.Body.Small small -> small.data();
      case InodeRecord.Body.Target target -> target.path();
      case InodeRecord.Body.Host(HostFileIdentity identity) ->
          new FieldWriter(64 + identity.path().length)
              .putInt(identity.tree())
              .putLong(identity.device())
              .putLong(identity.hostInode())
              .putLong(identity.size())
              .putTime(identity.modified())
              .putBlock(identity.path())
              .toBytes();
    };
  }

  private static InodeRecord.Body decodeBody(FieldReader in) throws DamagedException {
    int kind = in.getByte();
    return switch (kind) {
      case RUNS -> {
        in.getBlock(0);
        yield InodeRecord.RUNS;
      }
      case SMALL -> new InodeRecord.Body.Small(in.getBlock(InodeRecord.SMALL_LIMIT));
      case TARGET -> new InodeRecord.Body.Target(in.getBlock(TARGET_LIMIT));
      case HOST -> decodeHost(in);
      default -> throw in.damaged("has an unknown kind of body");
    };
  }

  private static InodeRecord.Body decodeHost(FieldReader in) throws DamagedException {
    FieldReader body = in.getPart(in.getInt());
    int tree = body.getInt();
    long device = body.getLong();
    long hostInode = body.getLong();
    long size = body.getSize();
    Timestamp modified = body.getTime();
    byte[] path = body.getBlock(HOST_PATH_LIMIT);
    body.end();
    return new InodeRecord.Body.Host(
        new HostFileIdentity(tree, path, device, hostInode, size, modified));
  }

  private static SortedMap<Name, byte[]> decodeXattrs(FieldReader in) throws DamagedException {
    int count = in.getInt();
    if (count < 0 || count > in.remaining() / XATTR_FIXED_SIZE) {
      throw in.damaged("has an impossible number of extended attributes");
    }
    if (count == 0) {
      return Collections.emptySortedMap();
    }
    SortedMap<Name, byte[]> xattrs = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      int nameLength = in.getShort();
      int valueLength = in.getInt();
      if (valueLength < 0 || valueLength > XATTR_LIMIT) {
        throw in.damaged("has an extended attribute of an impossible length");
      }
      Name name = Name.of(in.getBytes(nameLength));
      if (!xattrs.isEmpty() && xattrs.lastKey().compareTo(name) >= 0) {
        throw in.damaged("has extended attributes out of order");
      }
      xattrs.put(name, in.getBytes(valueLength));
    }
    return Collections.unmodifiableSortedMap(xattrs);
  }
}
