package ctrenc.overlay.export;

import java.nio.ByteBuffer;

/**
 * What a ciphertext view shows, by the number that the kernel knows it by: that of the object, and
 * two bits that tell the kinds apart.
 *
 * @param number of an object, and of what goes with it, its inode; of a whiteout a part of its
 *     token
 */
record ViewNode(Kind kind, long number) {

  /** In the order of their codes. */
  enum Kind {
    /** A file or directory of the stack. */
    OBJECT,
    /** There once, or once for a layer. */
    FIXED,
    /** Records of a directory that are too long for its attribute. */
    RECORDS,
    WHITEOUT
  }

  /** The root of the mount; its number is the one that the kernel expects. */
  static final ViewNode TOP = new ViewNode(Kind.FIXED, 0);

  static final ViewNode OBJECTS = new ViewNode(Kind.FIXED, 1);
  static final ViewNode LAYERS = new ViewNode(Kind.FIXED, 2);
  static final ViewNode NAMELESS = new ViewNode(Kind.FIXED, 3);
  static final ViewNode BACKUP = new ViewNode(Kind.FIXED, 4);

  private static final long FIRST_LAYER = 8;
  private static final int KIND_BITS = 2;

  /** The transports keep the bits above for themselves. */
  private static final long HIGHEST = (1L << 58) - 1;

  static ViewNode object(long inode) {
    return new ViewNode(Kind.OBJECT, inode);
  }

  static ViewNode records(long inode) {
    return new ViewNode(Kind.RECORDS, inode);
  }

  /** The file of a layer, by its place in the stack. */
  static ViewNode layer(int depth) {
    return new ViewNode(Kind.FIXED, FIRST_LAYER + depth);
  }

  /** A whiteout, by the keyed hash in its key. */
  static ViewNode whiteout(ObjectTree.Named whiteout) {
    long token = ByteBuffer.wrap(whiteout.entry().key()).getLong(Long.BYTES);
    return new ViewNode(Kind.WHITEOUT, token & HIGHEST);
  }

  static ViewNode of(long id) {
    Kind kind = Kind.values()[(int) id & (1 << KIND_BITS) - 1];
    return new ViewNode(kind, id >>> KIND_BITS);
  }

  long id() {
    return number << KIND_BITS | kind.ordinal();
  }

  /** The place in the stack of the layer whose file it is; negative of others. */
  int depth() {
    return kind == Kind.FIXED ? (int) (number - FIRST_LAYER) : -1;
  }

  boolean isFixedDirectory() {
    return equals(TOP) || equals(OBJECTS) || equals(LAYERS) || equals(NAMELESS);
  }
}
