package ctrenc.overlay.layer;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.vfs.Name;

/**
 * A directory entry, version 1.
 *
 * <pre>
 * public:  kind (1): 1 child, 2 whiteout | file type (1) | child inode (8); the last two are zero for a whiteout
 * secret:  name length (1) | name | zeros up to a multiple of 32; nothing in a plain layer, whose key holds the name
 * </pre>
 */
final class EntryCodec {

  static final int VERSION = 1;
  static final int PUBLIC_SIZE = 1 + 1 + Long.BYTES;

  /** Names are padded to this, so that their lengths show only roughly. */
  static final int NAME_STEP = 32;

  private static final int CHILD = 1;
  private static final int WHITEOUT = 2;

  private EntryCodec() {}

  static byte[] encodePublic(DirectoryEntry entry) {
    FieldWriter out = new FieldWriter(PUBLIC_SIZE);
    switch (entry) {
      case DirectoryEntry.Child(Name name, long inode, int type) ->
          out.putByte(CHILD).putByte(type).putLong(inode);
      case DirectoryEntry.Whiteout whiteout -> out.putByte(WHITEOUT).putByte(0).putLong(0);
    }
    return out.toBytes();
  }

  static byte[] encodeSecret(Name name) {
    int length = Byte.BYTES + name.length();
    int padded = (length + NAME_STEP - 1) / NAME_STEP * NAME_STEP;
    byte[] secret = new byte[padded];
    secret[0] = (byte) name.length();
    name.copyTo(secret, Byte.BYTES);
    return secret;
  }

  static Name decodeSecret(FieldReader in) throws DamagedException {
    int length = in.getByte() & 0xff;
    if (length == 0) {
      throw in.damaged("has an empty name");
    }
    Name name = Name.of(in.getBytes(length));
    in.endOfPadding();
    return name;
  }

  /** Refuses a public part that is neither a child's nor a whiteout's. */
  static void checkPublic(FieldReader in) throws DamagedException {
    decode(in, Name.of(new byte[] {'x'}));
  }

  /** Reads a public part. */
  static DirectoryEntry decode(FieldReader in, Name name) throws DamagedException {
    int kind = in.getByte();
    int type = in.getByte();
    long inode = in.getLong();
    if (kind == CHILD && type > 0 && type < 16 && inode != 0) {
      return new DirectoryEntry.Child(name, inode, type);
    }
    if (kind == WHITEOUT && type == 0 && inode == 0) {
      return new DirectoryEntry.Whiteout(name);
    }
    throw in.damaged("is neither a child nor a whiteout");
  }
}
