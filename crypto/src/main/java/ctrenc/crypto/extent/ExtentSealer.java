package ctrenc.crypto.extent;

import ctrenc.crypto.aead.CallerNonceAesGcm;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.secret.RawKeyAccess;
import ctrenc.crypto.secret.Secret;
import java.util.Objects;
import javax.crypto.SecretKey;

/**
 * Seals extents of one suite, each under a key of its own that is used for nothing else. One per
 * worker thread: it keeps ciphers and scratch, and is not thread-safe.
 */
public final class ExtentSealer implements AutoCloseable {

  /** The digest goes over the plaintext in pieces that stay in the processor's nearest cache. */
  private static final int DIGEST_PIECE = 16 * 1024;

  private final NonceHedge hedge;
  private final Suite suite;
  private final ChunkScratch chunks = new ChunkScratch();
  // Its own cipher, so that the hedge's key schedule is made once and not per extent.
  private final CallerNonceAesGcm digester = new CallerNonceAesGcm();
  private final byte[] digestScratch = new byte[DIGEST_PIECE + ExtentFormat.TAG];

  public ExtentSealer(NonceHedge hedge, Suite suite) {
    this.hedge = hedge;
    this.suite = suite;
  }

  public Suite suite() {
    return suite;
  }

  /**
   * Seals {@code plain[offset, offset + length)} as extent {@code extentId} of the layer. {@link
   * Suite#sealedLength} bytes are written to {@code out} from {@code outOffset}; {@code out} must
   * not be {@code plain}.
   *
   * @throws ctrenc.crypto.secret.SecretClosedException if the layer key has been wiped
   */
  public ExtentSeal seal(
      LayerKey layer,
      long extentId,
      byte[] plain,
      int offset,
      int length,
      byte[] out,
      int outOffset) {
    Objects.checkFromIndexSize(offset, ExtentFormat.checkLength(length), plain.length);
    Objects.checkFromIndexSize(outOffset, suite.sealedLength(length), out.length);
    byte[] nonce = hedge.nonce(plain, offset, length, digester, digestScratch);
    ExtentKey derived = ExtentKey.derive(layer, suite, extentId, length, nonce);
    try (Secret secret = derived.key()) {
      SecretKey key = secret.asKey("AES", RawKeyAccess.grant());
      int count = suite.chunks(length);
      for (int chunk = 0; chunk < count; chunk++) {
        chunks.aim(suite, layer.layer(), extentId, length, chunk);
        int from = offset + chunk * suite.chunk();
        int to = outOffset + chunk * suite.sealedChunk();
        int size = suite.chunkLength(length, chunk);
        chunks.cipher.seal(key, chunks.nonce, chunks.bound, plain, from, size, out, to);
      }
    }
    return new ExtentSeal(suite, nonce, derived.commitment());
  }

  /**
   * Erases the key schedules of the last extent and of the hedge from the ciphers. The sealer may
   * be used again.
   */
  @Override
  public void close() {
    chunks.close();
    digester.forget();
  }
}
