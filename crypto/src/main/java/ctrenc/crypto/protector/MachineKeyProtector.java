package ctrenc.crypto.protector;

import ctrenc.crypto.MalformedException;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;

/**
 * The machine's own key, {@value #LENGTH} random bytes that the daemon keeps: opens without anybody
 * present, on this machine only.
 */
public final class MachineKeyProtector implements Protector {

  public static final int LENGTH = 32;

  private final Secret key;

  /** Takes {@code key} over and closes it. */
  public MachineKeyProtector(Secret key) {
    if (key.length() != LENGTH) {
      throw new IllegalArgumentException(
          "a machine key has " + LENGTH + " bytes, not " + key.length());
    }
    this.key = key;
  }

  @Override
  public ProtectorType type() {
    return ProtectorType.MACHINE_KEY;
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
