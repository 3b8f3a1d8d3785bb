package ctrenc.overlay.layer;

import ctrenc.crypto.record.NameHasher;
import ctrenc.crypto.record.RecordSession;
import ctrenc.overlay.extent.PlaceScan;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.UnreadableException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What can be said of a sealed layer's records without its key: which shape each must have, and
 * which others it needs. Stateless.
 */
public final class RecordShape {

  /** Types of files, as the upper bits of their modes. */
  public static final int DIRECTORY = 4;

  private static final int FILE = 8;
  private static final int LINK = 10;
  private static final byte EXTENT_STATE = 0x40;

  /** Of what is sealed in table LAYER and is no HEAD. */
  private static final int STATE_VERSION = 1;

  private static final int SALTED = 1 + RecordSession.SALT_LENGTH;
  private static final int TYPES = 16;

  private RecordShape() {}

  /** Why this cannot be a record of the table; empty where it may be one. */
  public static Optional<String> fault(Table table, byte[] key, byte[] value) {
    try {
      check(table, key, value);
      return Optional.empty();
    } catch (UnreadableException e) {
      return Optional.ofNullable(e.getMessage());
    }
  }

  private static void check(Table table, byte[] key, byte[] value)
      throws DamagedException, FormatTooNewException {
    switch (table) {
      case INODE -> {
        RecordKeys.inodeOf(key);
        FieldReader in = sealed("inode record", value, InodeCodec.VERSION, InodeCodec.PUBLIC_SIZE);
        int type = in.getByte();
        if (type <= 0 || type >= TYPES) {
          throw in.damaged("tells no file type");
        }
      }
      case ENTRY -> {
        checkLength(key, RecordKeys.TOKEN_OFFSET + NameHasher.TOKEN_LENGTH);
        EntryCodec.checkPublic(sealed("entry", value, EntryCodec.VERSION, EntryCodec.PUBLIC_SIZE));
      }
      case REFERENCE -> {
        RecordKeys.runEndOf(key);
        int publicSize = value.length == 0 ? 0 : ReferenceCodec.publicSize(value[0]);
        sealed("reference", value, ReferenceCodec.VERSION, publicSize);
      }
      case ORPHAN -> {
        RecordKeys.inodeOf(key);
        sealed("orphan record", value, RecordWriter.ORPHAN_VERSION, 0);
      }
      case LAYER -> checkState(key, value);
      default -> throw new IllegalArgumentException("not a table of sealed records: " + table);
    }
  }

  private static void checkState(byte[] key, byte[] value)
      throws DamagedException, FormatTooNewException {
    RecordKeys.numberOf(key);
    byte type = key[RecordKeys.LAYER_SIZE];
    if (type == RecordType.SESSION.code()) {
      checkLength(value, SALTED);
      new FieldReader(value, "record of a session").version(RecordSessions.VERSION);
    } else if (type == EXTENT_STATE) {
      PlaceScan.checkState(value, ByteBuffer.wrap(key).getLong());
    } else {
      int newest = type == RecordType.HEAD.code() ? HeadCodec.NEWEST : STATE_VERSION;
      sealed("record of the layer", value, newest, 0);
    }
  }

  private static FieldReader sealed(String what, byte[] value, int version, int publicSize)
      throws DamagedException, FormatTooNewException {
    FieldReader in = new FieldReader(value, what);
    in.version(version);
    if (in.getInt() < 1 || in.remaining() < publicSize + RecordSession.OVERHEAD) {
      throw in.damaged("is not sealed");
    }
    return in;
  }

  private static void checkLength(byte[] bytes, int length) throws DamagedException {
    if (bytes.length != length) {
      throw new DamagedException(
          "A record has " + bytes.length + " bytes where it has " + length + ".");
    }
  }

  /** The session that a record without {@link #fault} was sealed in. */
  public static OptionalInt session(Table table, byte[] key, byte[] value) {
    boolean isOpen =
        table == Table.LAYER
            && (key[RecordKeys.LAYER_SIZE] == RecordType.SESSION.code()
                || key[RecordKeys.LAYER_SIZE] == EXTENT_STATE);
    return isOpen ? OptionalInt.empty() : OptionalInt.of(ByteBuffer.wrap(value).getInt(1));
  }

  /** The key of the record that carries a session's salt. */
  public static byte[] sessionKey(long layer, int session) {
    return RecordKeys.ofLayer(layer, RecordType.SESSION, session);
  }

  /** The key of the record that says how the layer's extents stand in this store. */
  public static boolean isExtentState(byte[] key) {
    return key.length > RecordKeys.LAYER_SIZE && key[RecordKeys.LAYER_SIZE] == EXTENT_STATE;
  }

  /** The key of the hash over all of a layer's records. */
  public static byte[] stateKey(long layer) {
    return RecordKeys.ofLayer(layer, RecordType.STATE, 0);
  }

  /** The key of what a layer says of unlocking with a HEAD. */
  public static byte[] headRuleKey(long layer) {
    return RecordKeys.ofLayer(layer, RecordType.HEAD_RULE, 0);
  }

  /** The key of an inode's record in a layer. */
  public static byte[] inodeKey(long layer, long inode) {
    return RecordKeys.inode(layer, inode);
  }

  /** The directory of an entry, or the inode that any other record is of. */
  public static long owner(byte[] key) {
    return ByteBuffer.wrap(key).getLong(RecordKeys.LAYER_SIZE);
  }

  /** The inode that an entry without {@link #fault} leads to; 0 for a whiteout. */
  public static long child(byte[] value) {
    return ByteBuffer.wrap(value).getLong(RecordForm.HEADER_SIZE + 2);
  }

  /** The type of file that an entry without {@link #fault} leads to; 0 for a whiteout. */
  public static int childType(byte[] value) {
    return value[RecordForm.HEADER_SIZE + 1];
  }

  /** The type of file that an inode's record without {@link #fault} is of. */
  public static int fileType(byte[] value) {
    return value[RecordForm.HEADER_SIZE];
  }

  /** Whether content may lie in an inode's record: that of a short file, or of a link. */
  public static boolean mayHoldContent(byte[] value) {
    return fileType(value) == FILE || fileType(value) == LINK;
  }

  /**
   * The extent that a reference without {@link #fault} is to, 0 for a hole; empty of those from
   * before that was public.
   */
  public static OptionalLong extentOf(byte[] value) {
    return ReferenceCodec.publicSize(value[0]) == 0
        ? OptionalLong.empty()
        : OptionalLong.of(ByteBuffer.wrap(value).getLong(RecordForm.HEADER_SIZE));
  }

  /** The key in a layer of this store to a logical key. */
  public static byte[] keyIn(long layer, byte[] logical) {
    return ByteBuffer.allocate(RecordKeys.LAYER_SIZE + logical.length)
        .putLong(layer)
        .put(logical)
        .array();
  }

  /** The first key of a layer in any table; that of the next number ends it. */
  public static byte[] first(long layer) {
    return RecordKeys.layer(layer);
  }
}
