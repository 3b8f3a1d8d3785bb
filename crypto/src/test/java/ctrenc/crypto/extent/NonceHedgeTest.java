package ctrenc.crypto.extent;

import static ctrenc.crypto.Fixtures.MEMORY;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.crypto.Fixtures;
import ctrenc.crypto.kdf.LayerKey;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Nonces where the system's generator gives the same again and again. */
class NonceHedgeTest {

  private static final long ID = 7;

  private final LayerKey key = Fixtures.layerKey();

  @Test
  void frozenEntropyGivesDifferentNoncesForDifferentPlaintexts() {
    byte[] plain = Fixtures.data(10, 40000);
    byte[] first = nonceOfAClone(plain);
    assertThat(nonceOfAClone(plain)).as("the same clone again").isEqualTo(first);
    for (int bit = 0; bit < plain.length * 8; bit += 4999) {
      assertThat(nonceOfAClone(Fixtures.flipped(plain, bit))).isNotEqualTo(first);
    }
    assertThat(nonceOfAClone(Arrays.copyOf(plain, plain.length - 1))).isNotEqualTo(first);
  }

  @Test
  void frozenEntropyGivesDifferentNoncesInOneProcess() {
    NonceHedge frozen = NonceHedge.start(MEMORY, Fixtures.FROZEN);
    ExtentSealer one = new ExtentSealer(frozen, Suite.CURRENT);
    ExtentSealer two = new ExtentSealer(frozen, Suite.CURRENT);
    byte[] out = new byte[Suite.CURRENT.sealedLength(100)];
    byte[] nonce = one.seal(key, ID, new byte[100], 0, 100, out, 0).nonce();
    assertThat(two.seal(key, ID, new byte[100], 0, 100, out, 0).nonce()).isNotEqualTo(nonce);
  }

  private byte[] nonceOfAClone(byte[] plain) {
    ExtentSealer clone = new ExtentSealer(NonceHedge.start(MEMORY, Fixtures.FROZEN), Suite.CURRENT);
    return clone
        .seal(
            key, ID, plain, 0, plain.length, new byte[Suite.CURRENT.sealedLength(plain.length)], 0)
        .nonce();
  }
}
