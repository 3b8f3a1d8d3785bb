package ctrenc.crypto.kdf;

/**
 * What a derived key is for. The code is part of every derivation, so two purposes never share a
 * key.
 *
 * <p>Append-only: codes are on disk by what they derive. Zero is never valid. A code that is no
 * longer used stays here with the word RETIRED in its comment and is never given again.
 */
public enum Purpose {
  /** The public id of a key: finds the key, detects the wrong one. */
  KEY_ID(1),
  /** AES key and commitment of one extent. */
  EXTENT(2),
  /** AES key of one record session. */
  RECORD(3),
  /** Tokens of directory entries' names. */
  NAME(4),
  /** AES key and commitment of one wrapped key. */
  WRAP(5),
  /** Manifests of what leaves the store. */
  MANIFEST(6),
  /** Keyed hash over all records, and the MAC of its root. */
  STATE(7),
  /** The share that one protector contributes to the key of its group. */
  PROTECTOR(8);

  private final byte code;

  Purpose(int code) {
    this.code = (byte) code;
  }

  /** The byte that enters the derivation. */
  public byte code() {
    return code;
  }
}
