package ctrenc.crypto.extent;

import ctrenc.crypto.CommitmentMismatchException;
import ctrenc.crypto.TagMismatchException;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.secret.RawKeyAccess;
import ctrenc.crypto.secret.Secret;
import java.security.MessageDigest;
import java.util.UUID;
import javax.crypto.SecretKey;

/**
 * One extent, unlocked: opens its chunks in any order. Thread-safe, made to be cached; it holds the
 * extent's key until {@link #close}, so whoever caches it closes it when the layer is locked.
 */
public final class ExtentOpener implements AutoCloseable {

  private final Suite suite;
  private final UUID layer;
  private final long extentId;
  private final int length;
  private final Secret secret;
  private final SecretKey key;

  private ExtentOpener(Suite suite, UUID layer, long extentId, int length, Secret secret) {
    this.suite = suite;
    this.layer = layer;
    this.extentId = extentId;
    this.length = length;
    this.secret = secret;
    this.key = secret.asKey("AES", RawKeyAccess.grant());
  }

  /**
   * Derives the extent's key and checks it against the commitment; nothing is decrypted.
   *
   * @param length of the extent's plaintext, in bytes
   * @param seal what the extent's header carries
   * @throws CommitmentMismatchException if key, id, length and seal do not belong together
   * @throws ctrenc.crypto.secret.SecretClosedException if the layer key has been wiped
   */
  public static ExtentOpener open(LayerKey key, long extentId, int length, ExtentSeal seal)
      throws CommitmentMismatchException {
    if (length < 1 || length > ExtentFormat.MAX_LENGTH) {
      throw new CommitmentMismatchException("no extent has the length its header tells");
    }
    if (seal.nonce().length != ExtentFormat.NONCE
        || seal.commitment().length != ExtentFormat.COMMITMENT) {
      throw new IllegalArgumentException("an extent's nonce and commitment have 32 bytes each");
    }
    ExtentKey derived = ExtentKey.derive(key, seal.suite(), extentId, length, seal.nonce());
    if (!MessageDigest.isEqual(derived.commitment(), seal.commitment())) {
      derived.key().close();
      throw new CommitmentMismatchException(
          "the extent's header does not belong to the layer's key");
    }
    return new ExtentOpener(seal.suite(), key.layer(), extentId, length, derived.key());
  }

  public Suite suite() {
    return suite;
  }

  /** Of the extent's plaintext, in bytes. */
  public int length() {
    return length;
  }

  /**
   * Opens one chunk: its ciphertext and tag start at {@code sealed[offset]}, its plaintext goes to
   * {@code plain} from {@code plainOffset}.
   *
   * @return how many bytes of plaintext that is: {@link Suite#chunkLength}
   * @throws TagMismatchException if the chunk is not what was sealed in this place; {@code plain}
   *     then holds nothing of it
   * @throws ctrenc.crypto.secret.SecretClosedException after close
   */
  public int openChunk(
      int chunk, byte[] sealed, int offset, byte[] plain, int plainOffset, ChunkScratch scratch)
      throws TagMismatchException {
    int size = suite.chunkLength(length, chunk);
    scratch.aim(suite, layer, extentId, length, chunk);
    scratch.cipher.open(
        key,
        scratch.nonce,
        scratch.bound,
        sealed,
        offset,
        size + ExtentFormat.TAG,
        plain,
        plainOffset);
    return size;
  }

  @Override
  public void close() {
    secret.close();
  }
}
