package ctrenc.crypto.tpm;

import ctrenc.crypto.MalformedException;
import ctrenc.crypto.UnsupportedVersionException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * What is stored of a secret that a TPM sealed; none of it is secret, and it opens in that TPM
 * alone.
 *
 * <pre>
 * version 1 (1) | name of the storage key (34) | length (2) | public area | length (2) | private area
 * </pre>
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
record SealedSecret(byte[] storageKey, byte[] publicArea, byte[] privateArea) {

  private static final byte VERSION = 1;
  private static final int NAME = 34;

  byte[] encode() {
    return TpmWire.join(
        new byte[] {VERSION}, storageKey, TpmWire.sized(publicArea), TpmWire.sized(privateArea));
  }

  static SealedSecret decode(byte[] encoded)
      throws MalformedException, UnsupportedVersionException {
    ByteBuffer fields = ByteBuffer.wrap(encoded);
    try {
      int version = Byte.toUnsignedInt(fields.get());
      if (version != VERSION) {
        throw new UnsupportedVersionException(
            "what the TPM sealed has version " + version + ", this release knows " + VERSION);
      }
      byte[] name = new byte[NAME];
      fields.get(name);
      SealedSecret sealed =
          new SealedSecret(name, TpmWire.takeSized(fields), TpmWire.takeSized(fields));
      if (!fields.hasRemaining()) {
        return sealed;
      }
    } catch (BufferUnderflowException e) {
      throw cut();
    }
    throw cut();
  }

  private static MalformedException cut() {
    return new MalformedException("what the TPM sealed is damaged");
  }
}
