package ctrenc.crypto.aead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.Fixtures;
import ctrenc.crypto.TagMismatchException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class CallerNonceAesGcmTest {

  private static final HexFormat HEX = HexFormat.of();

  private final CallerNonceAesGcm gcm = new CallerNonceAesGcm();
  private final SecretKey key = new SecretKeySpec(Fixtures.data(1, 32), "AES");
  private int nonces;

  private byte[] nextNonce() {
    byte[] nonce = new byte[12];
    nonce[0] = (byte) ++nonces;
    nonce[1] = (byte) (nonces >> 8);
    return nonce;
  }

  /**
   * AES-256 cases 13 to 16 of the GCM specification that have a nonce of 96 bits, and cases of
   * NIST's CAVP gcmEncryptExtIV256.
   */
  @ParameterizedTest
  @CsvFileSource(
      resources = "/ctrenc/crypto/gcm-nist.csv",
      numLinesToSkip = 1,
      maxCharsPerColumn = 10000)
  void sealsAndOpensTheVectorsOfNist(
      String name, String k, String nonce, String bound, String plain, String cipher, String tag)
      throws TagMismatchException {
    SecretKey vectorKey = new SecretKeySpec(hex(k), "AES");
    byte[] in = hex(plain);
    byte[] out = new byte[in.length + 16];
    gcm.seal(vectorKey, hex(nonce), hex(bound), in, 0, in.length, out, 0);
    assertThat(HEX.formatHex(out)).as(name).isEqualTo((cipher == null ? "" : cipher) + tag);
    byte[] opened = new byte[in.length];
    gcm.open(vectorKey, hex(nonce), hex(bound), out, 0, out.length, opened, 0);
    assertThat(opened).as(name).isEqualTo(in);
  }

  private static byte[] hex(String hex) {
    return hex == null ? new byte[0] : HEX.parseHex(hex);
  }

  @Property(tries = 100)
  void theTagAloneIsThatOfSealing(
      @ForAll @IntRange(max = 3000) int length,
      @ForAll @IntRange(min = 32, max = 600) int scratch) {
    byte[] in = Fixtures.data(length, length + 5);
    byte[] nonce = nextNonce();
    byte[] tag = new byte[16];
    gcm.tag(key, nonce, in, 5, length, new byte[scratch], tag);
    byte[] out = new byte[length + 16];
    new CallerNonceAesGcm().seal(key, nonce, new byte[0], in, 5, length, out, 0);
    assertThat(tag).isEqualTo(Arrays.copyOfRange(out, length, length + 16));
  }

  @Test
  void whatIsShorterThanATagIsRefused() {
    assertThatThrownBy(
            () -> gcm.open(key, nextNonce(), new byte[0], new byte[15], 0, 15, new byte[0], 0))
        .isInstanceOf(TagMismatchException.class);
  }

  @Test
  void theSameKeyAndNonceTwiceInARowIsRefused() {
    byte[] nonce = nextNonce();
    byte[] out = new byte[17];
    gcm.seal(key, nonce, new byte[0], new byte[1], 0, 1, out, 0);
    assertThatThrownBy(() -> gcm.seal(key, nonce, new byte[0], new byte[1], 0, 1, out, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void worksOnAfterForgetting() throws TagMismatchException {
    byte[] out = new byte[17];
    for (int i = 0; i < 3; i++) {
      byte[] nonce = nextNonce();
      gcm.forget();
      gcm.seal(key, nonce, new byte[0], new byte[] {42}, 0, 1, out, 0);
      gcm.forget();
      byte[] opened = new byte[1];
      gcm.open(key, nonce, new byte[0], out, 0, 17, opened, 0);
      gcm.forget();
      assertThat(opened).containsExactly(42);
    }
  }
}
