package ctrenc.crypto.wrap;

/**
 * What is wrapped under what. Append-only codes, part of every wrapped key; zero is never valid.
 */
public enum WrapKind {
  /** A layer key under the KEK of a subvolume whose stack holds the layer. */
  LAYER_KEY(1),
  /** The KEK of a nested subvolume under its parent's KEK. */
  NESTED_KEK(2),
  /** A KEK under the key of a group of protectors. */
  PROTECTED_KEK(3);

  private final byte code;

  WrapKind(int code) {
    this.code = (byte) code;
  }

  byte code() {
    return code;
  }
}
