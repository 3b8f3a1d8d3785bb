package ctrenc.crypto.protector;

import ctrenc.crypto.MalformedException;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.RawKeyAccess;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A key that is written down on paper: {@value #LENGTH} random bytes, shown once.
 *
 * <p>As text: the bytes, then the first 15 bits of SHA-256 of {@code "ctr-enc recovery key"} and
 * the bytes, as 35 digits of base 32 (RFC 4648) in groups of five. Case, blanks and dashes do not
 * matter; a slip of the pen is found by the checksum.
 */
public final class RecoveryKeyProtector implements Protector {

  public static final int LENGTH = 20;

  private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final byte[] LABEL = "ctr-enc recovery key".getBytes(StandardCharsets.US_ASCII);
  private static final int TEXT_DIGITS = 35;
  private static final int GROUP = 5;
  private static final int DIGIT_BITS = 5;
  private static final int CHECKED = LENGTH + Short.BYTES;

  private final Secret key;

  /** Takes {@code key} over and closes it. */
  public RecoveryKeyProtector(Secret key) {
    if (key.length() != LENGTH) {
      throw new IllegalArgumentException(
          "a recovery key has " + LENGTH + " bytes, not " + key.length());
    }
    this.key = key;
  }

  public static RecoveryKeyProtector random(SecretMemory memory, Entropy entropy) {
    return new RecoveryKeyProtector(Secret.random(memory, entropy, LENGTH));
  }

  /**
   * Reads what was written down.
   *
   * @param text ASCII; the caller wipes it
   * @throws MalformedException if that is no recovery key, or one with a slip in it
   */
  public static RecoveryKeyProtector read(SecretMemory memory, byte[] text)
      throws MalformedException {
    byte[] bytes = new byte[CHECKED];
    try {
      decode(text, bytes);
      byte[] checked = checked(bytes);
      boolean isRight = Arrays.equals(checked, bytes);
      Arrays.fill(checked, (byte) 0);
      if (!isRight) {
        throw new MalformedException("the recovery key has a slip in it");
      }
      return new RecoveryKeyProtector(Secret.take(memory, bytes, 0, LENGTH));
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private static void decode(byte[] text, byte[] bytes) throws MalformedException {
    int digits = 0;
    for (byte letter : text) {
      if (letter == '-' || letter == ' ' || letter == '\n') {
        continue;
      }
      int digit = DIGITS.indexOf(Character.toUpperCase(letter));
      if (digit < 0 || digits == TEXT_DIGITS) {
        throw new MalformedException("this is no recovery key");
      }
      for (int bit = 0; bit < DIGIT_BITS; bit++) {
        int at = digits * DIGIT_BITS + bit;
        int value = digit >> (DIGIT_BITS - 1 - bit) & 1;
        bytes[at / Byte.SIZE] |= (byte) (value << (Byte.SIZE - 1 - at % Byte.SIZE));
      }
      digits++;
    }
    if (digits != TEXT_DIGITS) {
      throw new MalformedException("this is no recovery key");
    }
  }

  /** The text to write down, ASCII; the caller wipes it. */
  public byte[] text() {
    return key.use(
        RawKeyAccess.grant(),
        bytes -> {
          byte[] checked = checked(bytes);
          ByteBuffer text = ByteBuffer.allocate(TEXT_DIGITS + TEXT_DIGITS / GROUP - 1);
          for (int digit = 0; digit < TEXT_DIGITS; digit++) {
            if (digit > 0 && digit % GROUP == 0) {
              text.put((byte) '-');
            }
            int value = 0;
            for (int at = digit * DIGIT_BITS; at < (digit + 1) * DIGIT_BITS; at++) {
              value = value << 1 | checked[at / Byte.SIZE] >> (Byte.SIZE - 1 - at % Byte.SIZE) & 1;
            }
            text.put((byte) DIGITS.charAt(value));
          }
          Arrays.fill(checked, (byte) 0);
          return text.array();
        });
  }

  /** The key, and the 15 bits of its checksum with a zero behind them. */
  private static byte[] checked(byte[] key) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(LABEL);
      sha.update(key, 0, LENGTH);
      byte[] digest = sha.digest();
      byte[] checked = Arrays.copyOf(key, CHECKED);
      checked[LENGTH] = digest[0];
      checked[LENGTH + 1] = (byte) (digest[1] & 0xFE);
      return checked;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JDK lacks SHA-256", e);
    }
  }

  @Override
  public ProtectorType type() {
    return ProtectorType.RECOVERY_KEY;
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
