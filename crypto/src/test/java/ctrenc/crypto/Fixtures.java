package ctrenc.crypto;

import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.crypto.wrap.Kek;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;

/** Keys and data that are the same in every run. */
public final class Fixtures {

  public static final SecretMemory MEMORY = SecretMemory.plain();
  public static final UUID LAYER = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
  public static final UUID OTHER_LAYER = UUID.fromString("00112233-4455-6677-8899-aabbccddeefe");
  public static final UUID SUBVOLUME = UUID.fromString("f0e1d2c3-b4a5-9687-7869-5a4b3c2d1e0f");

  /** A generator that gives the same bytes each time, as a cloned machine's does. */
  public static final Entropy FROZEN = target -> Arrays.fill(target, (byte) 0x5A);

  private Fixtures() {}

  /** A generator that counts up from {@code first}, one step per byte. */
  public static Entropy counting(int first) {
    byte[] next = {(byte) first};
    return target -> {
      for (int i = 0; i < target.length; i++) {
        target[i] = next[0]++;
      }
    };
  }

  /** {@code length} bytes first, first + 1, ... as a secret. */
  public static Secret secret(int first, int length) {
    return Secret.random(MEMORY, counting(first), length);
  }

  public static LayerKey layerKey() {
    return LayerKey.of(secret(1, LayerKey.LENGTH), LAYER);
  }

  public static Kek kek() {
    return Kek.of(secret(101, Kek.LENGTH), SUBVOLUME);
  }

  public static byte[] data(long seed, int length) {
    byte[] data = new byte[length];
    new Random(seed).nextBytes(data);
    return data;
  }

  /** A copy with one bit turned over. */
  public static byte[] flipped(byte[] source, int bit) {
    byte[] copy = source.clone();
    copy[bit / 8] ^= (byte) (1 << (bit % 8));
    return copy;
  }
}
