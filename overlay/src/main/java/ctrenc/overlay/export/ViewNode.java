package ctrenc.overlay.export;

import java.nio.ByteBuffer;

/**
 * What a ciphertext view shows, by the number that the kernel knows it by, which is below 2 to the
 * 62nd: that of its stack, its own in that, and two bits that tell the kinds apart.
 *
 * @param stack 0 for the root, n for the nth that is nested in it; 0 of a whiteout, which is found
 *     without
 * @param number of an object, and of what goes with it, its inode; of a whiteout a part of its
 *     token
 */
record ViewNode(Kind kind, int stack, long number) {

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

  private static final long NUMBER_OF_TOP = 0;
  private static final long NUMBER_OF_OBJECTS = 1;
  private static final long NUMBER_OF_LAYERS = 2;
  private static final long NUMBER_OF_NAMELESS = 3;
  private static final long NUMBER_OF_DESCRIPTION = 4;
  private static final long FIRST_LAYER = 8;

  /** The root of the mount; its number is the one that the kernel expects. */
  static final ViewNode TOP = fixed(0, NUMBER_OF_TOP);

  static final ViewNode LAYERS = fixed(0, NUMBER_OF_LAYERS);

  private static final int KIND_BITS = 2;

  /** Of an inode's number in its stack: see the numbers of nested subvolumes. */
  private static final int NUMBER_BITS = 42;

  private static final long HIGHEST = (1L << NUMBER_BITS) - 1;

  /** Of a whiteout, which has the bits of the stack, too. */
  private static final long HIGHEST_TOKEN = (1L << 60) - 1;

  private static ViewNode fixed(int stack, long number) {
    return new ViewNode(Kind.FIXED, stack, number);
  }

  /** The folder of a stack's objects. */
  static ViewNode objects(int stack) {
    return fixed(stack, NUMBER_OF_OBJECTS);
  }

  /** The folder, in that, of what is in no directory. */
  static ViewNode nameless(int stack) {
    return fixed(stack, NUMBER_OF_NAMELESS);
  }

  /** What says of the whole, or of what is nested, what it is. */
  static ViewNode description(int stack) {
    return fixed(stack, NUMBER_OF_DESCRIPTION);
  }

  static ViewNode object(int stack, long inode) {
    return new ViewNode(Kind.OBJECT, stack, inode);
  }

  static ViewNode records(int stack, long inode) {
    return new ViewNode(Kind.RECORDS, stack, inode);
  }

  /** The file of a layer, by its place in the stack. */
  static ViewNode layer(int stack, int depth) {
    return fixed(stack, FIRST_LAYER + depth);
  }

  /** A whiteout, by the keyed hash in its key. */
  static ViewNode whiteout(ObjectTree.Named whiteout) {
    long token = ByteBuffer.wrap(whiteout.entry().key()).getLong(Long.BYTES);
    return new ViewNode(Kind.WHITEOUT, 0, token & HIGHEST_TOKEN);
  }

  static ViewNode of(long id) {
    Kind kind = Kind.values()[(int) id & (1 << KIND_BITS) - 1];
    long rest = id >>> KIND_BITS;
    return kind == Kind.WHITEOUT
        ? new ViewNode(kind, 0, rest)
        : new ViewNode(kind, (int) (rest >>> NUMBER_BITS), rest & HIGHEST);
  }

  long id() {
    return ((long) stack << NUMBER_BITS | number) << KIND_BITS | kind.ordinal();
  }

  /** The place in the stack of the layer whose file it is; negative of others. */
  int depth() {
    return kind == Kind.FIXED ? (int) (number - FIRST_LAYER) : -1;
  }

  boolean isObjects() {
    return kind == Kind.FIXED && number == NUMBER_OF_OBJECTS;
  }

  boolean isNameless() {
    return kind == Kind.FIXED && number == NUMBER_OF_NAMELESS;
  }

  boolean isDescription() {
    return kind == Kind.FIXED && number == NUMBER_OF_DESCRIPTION;
  }

  boolean isFixedDirectory() {
    return equals(TOP) || equals(LAYERS) || isObjects() || isNameless();
  }
}
