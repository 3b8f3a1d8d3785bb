package ctrenc.overlay.layer;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.vfs.Name;
import java.nio.ByteBuffer;

/**
 * The keys of a layer's records. All numbers are big-endian, so that records of one layer, one
 * directory and one file lie together and in order. Every key begins with the layer's number in
 * this store; what follows is the logical key, which stays the same when a layer moves to another
 * store.
 *
 * <pre>
 * INODE      layer (8) | inode (8)
 * ENTRY      layer (8) | parent inode (8) | token (16), or the raw name in a plain layer (1 to 255)
 * REFERENCE  layer (8) | inode (8) | end of the run in the file (8)
 * ORPHAN     layer (8) | inode (8)
 * LAYER      layer (8) | record type (1) | number (8) or (16)
 * </pre>
 *
 * <p>A reference is found by its end and not by its beginning: runs do not overlap, so the first
 * key above an offset is the run that covers the offset or the next one after it, in one seek.
 */
final class RecordKeys {

  static final int LAYER_SIZE = Long.BYTES;
  static final int NUMBER_SIZE = Long.BYTES;

  /** Where the token of an entry begins. */
  static final int TOKEN_OFFSET = LAYER_SIZE + NUMBER_SIZE;

  /** Where the end of a run lies. */
  static final int RUN_END_OFFSET = LAYER_SIZE + NUMBER_SIZE;

  private RecordKeys() {}

  /** The first key of a layer in any table; that of the next layer number ends its range. */
  static byte[] layer(long layer) {
    return ByteBuffer.allocate(LAYER_SIZE).putLong(layer).array();
  }

  static byte[] inode(long layer, long inode) {
    return ByteBuffer.allocate(LAYER_SIZE + NUMBER_SIZE).putLong(layer).putLong(inode).array();
  }

  /** The first key of a directory's entries; that of the next inode ends its range. */
  static byte[] directory(long layer, long parent) {
    return inode(layer, parent);
  }

  static byte[] entry(long layer, long parent, byte[] token) {
    return ByteBuffer.allocate(TOKEN_OFFSET + token.length)
        .putLong(layer)
        .putLong(parent)
        .put(token)
        .array();
  }

  static byte[] reference(long layer, long inode, long end) {
    return ByteBuffer.allocate(RUN_END_OFFSET + Long.BYTES)
        .putLong(layer)
        .putLong(inode)
        .putLong(end)
        .array();
  }

  /** The first key of all records of a type in table LAYER. */
  static byte[] ofLayer(long layer, RecordType type) {
    return ByteBuffer.allocate(LAYER_SIZE + 1).putLong(layer).put(type.code()).array();
  }

  static byte[] ofLayer(long layer, RecordType type, long number) {
    return ByteBuffer.allocate(LAYER_SIZE + 1 + NUMBER_SIZE)
        .putLong(layer)
        .put(type.code())
        .putLong(number)
        .array();
  }

  static byte[] ofLayer(long layer, RecordType type, long high, long low) {
    return ByteBuffer.allocate(LAYER_SIZE + 1 + 2 * NUMBER_SIZE)
        .putLong(layer)
        .put(type.code())
        .putLong(high)
        .putLong(low)
        .array();
  }

  /** The inode whose run a key of REFERENCE is of. */
  static long fileOf(byte[] key) throws DamagedException {
    checkSize(key, RUN_END_OFFSET + Long.BYTES);
    return ByteBuffer.wrap(key).getLong(LAYER_SIZE);
  }

  /** The number behind the layer in a key of INODE or ORPHAN. */
  static long inodeOf(byte[] key) throws DamagedException {
    checkSize(key, LAYER_SIZE + NUMBER_SIZE);
    return ByteBuffer.wrap(key).getLong(LAYER_SIZE);
  }

  /** The first number behind the record type in a key of LAYER. */
  static long numberOf(byte[] key) throws DamagedException {
    checkSize(key, LAYER_SIZE + 1 + NUMBER_SIZE);
    return ByteBuffer.wrap(key).getLong(LAYER_SIZE + 1);
  }

  static long runEndOf(byte[] key) throws DamagedException {
    checkSize(key, RUN_END_OFFSET + Long.BYTES);
    return ByteBuffer.wrap(key).getLong(RUN_END_OFFSET);
  }

  static Name nameOf(byte[] key) {
    return Name.copyOf(key, TOKEN_OFFSET, key.length);
  }

  private static void checkSize(byte[] key, int size) throws DamagedException {
    if (key.length != size) {
      throw new DamagedException(
          "A record's key has " + key.length + " bytes instead of " + size + ".");
    }
  }
}
