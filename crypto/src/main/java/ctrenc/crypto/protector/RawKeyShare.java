package ctrenc.crypto.protector;

import ctrenc.crypto.MalformedException;
import ctrenc.crypto.kdf.KeyDerivation;
import ctrenc.crypto.kdf.Purpose;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.UUID;

/**
 * The share of a protector that holds a key which nobody can guess. Its slot tells the right key by
 * a check value, so a wrong key file is known before anything is unwrapped.
 *
 * <pre>
 * parameters = salt (16) | check (16)
 * 64 bytes of purpose PROTECTOR under the key, owner = salt, data = type code (1): share (32) | check (16) | unused
 * </pre>
 */
final class RawKeyShare {

  static final int SHARE = 32;

  private static final int SALT = 16;
  private static final int CHECK = 16;

  private RawKeyShare() {}

  static Enrolment enrol(ProtectorType type, Secret key, Entropy entropy) {
    byte[] salt = new byte[SALT];
    entropy.fill(salt);
    byte[] derived = derive(type, key, salt);
    byte[] parameters =
        ByteBuffer.allocate(SALT + CHECK).put(salt).put(derived, SHARE, CHECK).array();
    return new Enrolment(new ProtectorSlot(type.code(), parameters), take(key, derived));
  }

  static boolean fits(ProtectorType type, Secret key, ProtectorSlot slot) {
    byte[] parameters = slot.parameters();
    if (!slot.is(type) || parameters.length != SALT + CHECK) {
      return false;
    }
    byte[] derived = derive(type, key, Arrays.copyOf(parameters, SALT));
    try {
      byte[] check = Arrays.copyOfRange(derived, SHARE, SHARE + CHECK);
      return MessageDigest.isEqual(check, Arrays.copyOfRange(parameters, SALT, SALT + CHECK));
    } finally {
      Arrays.fill(derived, (byte) 0);
    }
  }

  static Secret share(ProtectorType type, Secret key, ProtectorSlot slot)
      throws MalformedException {
    if (!slot.is(type) || slot.parameters().length != SALT + CHECK) {
      throw new MalformedException("the protector's slot is not one of a " + type);
    }
    return take(key, derive(type, key, Arrays.copyOf(slot.parameters(), SALT)));
  }

  private static byte[] derive(ProtectorType type, Secret key, byte[] salt) {
    ByteBuffer halves = ByteBuffer.wrap(salt);
    try (KeyDerivation derivation =
        KeyDerivation.of(key, new UUID(halves.getLong(), halves.getLong()))) {
      return derivation.derive(Purpose.PROTECTOR, new byte[] {type.code()});
    }
  }

  private static Secret take(Secret key, byte[] derived) {
    try {
      return Secret.take(key.memory(), derived, 0, SHARE);
    } finally {
      Arrays.fill(derived, (byte) 0);
    }
  }
}
