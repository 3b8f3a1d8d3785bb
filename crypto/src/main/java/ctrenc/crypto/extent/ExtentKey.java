package ctrenc.crypto.extent;

import ctrenc.crypto.aead.CallerNonceAesGcm;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.kdf.Purpose;
import ctrenc.crypto.secret.Secret;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The key of one extent and the commitment to it, as derived: purpose EXTENT, data = suite (1) |
 * extent id (8) | length (4) | nonce (32). The first 32 bytes are the AES key, the next 32 the
 * commitment. So the commitment covers layer, id, length and nonce too.
 */
record ExtentKey(Secret key, byte[] commitment) {

  private static final int DATA_LENGTH = 1 + Long.BYTES + Integer.BYTES + ExtentFormat.NONCE;

  static ExtentKey derive(LayerKey layer, Suite suite, long extentId, int length, byte[] nonce) {
    byte[] data =
        ByteBuffer.allocate(DATA_LENGTH)
            .put(suite.code())
            .putLong(extentId)
            .putInt(length)
            .put(nonce)
            .array();
    byte[] derived = layer.derivation().derive(Purpose.EXTENT, data);
    byte[] commitment = Arrays.copyOfRange(derived, CallerNonceAesGcm.KEY_LENGTH, derived.length);
    return new ExtentKey(
        Secret.take(layer.master().memory(), derived, 0, CallerNonceAesGcm.KEY_LENGTH), commitment);
  }
}
