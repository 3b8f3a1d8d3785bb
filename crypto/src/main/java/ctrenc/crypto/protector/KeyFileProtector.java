package ctrenc.crypto.protector;

import ctrenc.crypto.MalformedException;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;

/**
 * The content of a key file, at least {@value #MIN_LENGTH} bytes that should be random; the holder
 * keeps it where the store is not.
 */
public final class KeyFileProtector implements Protector {

  public static final int MIN_LENGTH = 32;

  private final Secret key;

  /** Takes {@code key} over and closes it. */
  public KeyFileProtector(Secret key) {
    if (key.length() < MIN_LENGTH) {
      throw new IllegalArgumentException(
          "a key file has at least " + MIN_LENGTH + " bytes, not " + key.length());
    }
    this.key = key;
  }

  @Override
  public ProtectorType type() {
    return ProtectorType.KEY_FILE;
  }

  @Override
  public Enrolment enrol(Entropy entropy) {
    return RawKeyShare.enrol(type(), key, entropy);
  }

  @Override
  public boolean fits(ProtectorSlot slot) {
    return RawKeyShare.fits(type(), key, slot);
  }

  @Override
  public Secret share(ProtectorSlot slot) throws MalformedException {
    return RawKeyShare.share(type(), key, slot);
  }

  @Override
  public void close() {
    key.close();
  }
}
