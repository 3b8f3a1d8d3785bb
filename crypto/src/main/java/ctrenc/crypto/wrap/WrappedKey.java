package ctrenc.crypto.wrap;

import ctrenc.crypto.MalformedException;
import ctrenc.crypto.UnsupportedVersionException;
import ctrenc.crypto.kdf.KeyId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The bytes of a wrapped key, 138 in all. The checksum tells damage from a wrong key; it guards
 * against nobody.
 *
 * <pre>
 * magic "CEWK" (4) | version (1) | kind (1) | id of the KEK (16) | nonce (32) | commitment (32)       the head
 * ciphertext (32) | tag (16) | CRC32C of all before (4)
 * </pre>
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
record WrappedKey(byte[] head, KeyId kekId, byte[] nonce, byte[] commitment, byte[] sealed) {

  static final int KEY = 32;
  static final int NONCE = 32;
  static final int COMMITMENT = 32;
  static final int SEALED = KEY + 16;

  private static final int MAGIC = 0x4345574B;
  private static final byte VERSION = 1;
  private static final int VERSION_OFFSET = Integer.BYTES;
  private static final int KIND_OFFSET = VERSION_OFFSET + 1;
  private static final int ID_OFFSET = KIND_OFFSET + 1;
  private static final int NONCE_OFFSET = ID_OFFSET + KeyId.LENGTH;
  private static final int COMMITMENT_OFFSET = NONCE_OFFSET + NONCE;
  private static final int SEALED_OFFSET = COMMITMENT_OFFSET + COMMITMENT;
  private static final int CHECKSUM_OFFSET = SEALED_OFFSET + SEALED;
  private static final int LENGTH = CHECKSUM_OFFSET + Integer.BYTES;

  static byte[] head(WrapKind kind, KeyId kekId, byte[] nonce, byte[] commitment) {
    return ByteBuffer.allocate(SEALED_OFFSET)
        .putInt(MAGIC)
        .put(VERSION)
        .put(kind.code())
        .put(kekId.bytes())
        .put(nonce)
        .put(commitment)
        .array();
  }

  static byte[] encode(byte[] head, byte[] sealed) {
    ByteBuffer encoded = ByteBuffer.allocate(LENGTH).put(head).put(sealed);
    return encoded.putInt(checksum(encoded.array())).array();
  }

  static WrappedKey decode(byte[] encoded, WrapKind kind)
      throws MalformedException, UnsupportedVersionException {
    ByteBuffer fields = ByteBuffer.wrap(encoded);
    if (encoded.length <= VERSION_OFFSET || fields.getInt(0) != MAGIC) {
      throw new MalformedException("this is no wrapped key");
    }
    if (Byte.toUnsignedInt(encoded[VERSION_OFFSET]) > VERSION) {
      throw new UnsupportedVersionException(
          "the wrapped key has version "
              + encoded[VERSION_OFFSET]
              + ", this release knows "
              + VERSION);
    }
    if (encoded.length != LENGTH || fields.getInt(CHECKSUM_OFFSET) != checksum(encoded)) {
      throw new MalformedException("the wrapped key is damaged");
    }
    if (encoded[VERSION_OFFSET] != VERSION || encoded[KIND_OFFSET] != kind.code()) {
      throw new MalformedException("the wrapped key is of another kind than " + kind);
    }
    return new WrappedKey(
        Arrays.copyOf(encoded, SEALED_OFFSET),
        KeyId.of(Arrays.copyOfRange(encoded, ID_OFFSET, NONCE_OFFSET)),
        Arrays.copyOfRange(encoded, NONCE_OFFSET, COMMITMENT_OFFSET),
        Arrays.copyOfRange(encoded, COMMITMENT_OFFSET, SEALED_OFFSET),
        Arrays.copyOfRange(encoded, SEALED_OFFSET, CHECKSUM_OFFSET));
  }

  private static int checksum(byte[] encoded) {
    CRC32C crc = new CRC32C();
    crc.update(encoded, 0, CHECKSUM_OFFSET);
    return (int) crc.getValue();
  }
}
