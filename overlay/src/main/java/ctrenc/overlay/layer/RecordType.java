package ctrenc.overlay.layer;

/**
 * The kinds of records of a layer. The code is part of what a seal binds, and of the keys of table
 * LAYER. Zero is never valid; a code that is no longer used stays listed and is never given again.
 */
enum RecordType {
  INODE(1),
  ENTRY(2),
  REFERENCE(3),
  ORPHAN(4),
  /** The salt of one opening. */
  SESSION(5),
  /** The first inode number that is not promised yet. */
  CEILING(6),
  /** A directory of a host tree: where it lies, and whether it is indexed. */
  HOST_DIRECTORY(7),
  /** A file of a host tree with several names. */
  HOST_LINK(8),
  /** The device number of a host tree's root when its index began. */
  HOST_TREE(9),
  /** The hash over all records of a sealed layer. */
  STATE(10),
  /** A HEAD that was given out of the layer. */
  HEAD(11),
  /** Whether unlocking demands a HEAD. */
  HEAD_RULE(12),
  /** A layer that went into this one. */
  MERGED(13);

  private final byte code;

  RecordType(int code) {
    this.code = (byte) code;
  }

  byte code() {
    return code;
  }
}
