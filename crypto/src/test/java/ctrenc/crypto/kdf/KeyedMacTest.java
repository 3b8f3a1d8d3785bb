package ctrenc.crypto.kdf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.Fixtures;
import ctrenc.crypto.secret.RawKeyAccess;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretClosedException;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class KeyedMacTest {

  private static final HexFormat HEX = HexFormat.of();

  @ParameterizedTest
  @CsvFileSource(
      resources = "/ctrenc/crypto/hmac-rfc4231.csv",
      numLinesToSkip = 1,
      maxCharsPerColumn = 10000)
  void computesTheVectorsOfRfc4231(
      int testCase, String key, String data, String sha256, String sha512) {
    byte[] message = HEX.parseHex(data);
    try (Secret secret = Secret.take(Fixtures.MEMORY, HEX.parseHex(key))) {
      assertThat(new KeyedMac(KeyedMac.Hash.SHA256, secret).of(message))
          .as("test case %d", testCase)
          .isEqualTo(HEX.parseHex(sha256));
      assertThat(new KeyedMac(KeyedMac.Hash.SHA512, secret).of(message))
          .as("test case %d", testCase)
          .isEqualTo(HEX.parseHex(sha512));
    }
  }

  @Property(tries = 300)
  void agreesWithTheJdk(
      @ForAll KeyedMac.Hash hash,
      @ForAll @IntRange(min = 1, max = 64) int keyLength,
      @ForAll @Size(max = 400) byte[] message)
      throws GeneralSecurityException {
    try (Secret secret = Fixtures.secret(keyLength, keyLength)) {
      Mac jdk = Mac.getInstance("Hmac" + hash);
      jdk.init(
          new SecretKeySpec(
              secret.<byte[], RuntimeException>use(RawKeyAccess.grant(), byte[]::clone), "HMAC"));
      byte[] expected = jdk.doFinal(message);
      KeyedMac mac = new KeyedMac(hash, secret);
      assertThat(mac.of(message)).isEqualTo(expected);
      assertThat(mac.of(message)).as("again, from the same scratch").isEqualTo(expected);
      int cut = message.length / 3;
      byte[] head = java.util.Arrays.copyOf(message, cut);
      assertThat(mac.of(head, message, cut, message.length - cut))
          .as("in two parts")
          .isEqualTo(expected);
    }
  }

  @Test
  void refusesAKeyLongerThanABlock() {
    try (Secret secret = Fixtures.secret(1, 65)) {
      assertThatThrownBy(() -> new KeyedMac(KeyedMac.Hash.SHA256, secret))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void computesNothingAfterTheKeyIsWiped() {
    Secret secret = Fixtures.secret(1, 32);
    KeyedMac mac = new KeyedMac(KeyedMac.Hash.SHA256, secret);
    secret.close();
    assertThatThrownBy(() -> mac.of(new byte[1])).isInstanceOf(SecretClosedException.class);
  }
}
