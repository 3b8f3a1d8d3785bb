package ctrenc.crypto.kdf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.Fixtures;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretClosedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class KeyDerivationTest {

  private static final HexFormat HEX = HexFormat.of();

  /** RFC 5869 gives vectors for SHA-256 and SHA-1; these are its inputs with SHA-512. */
  @ParameterizedTest
  @CsvFileSource(
      resources = "/ctrenc/crypto/hkdf-sha512.csv",
      numLinesToSkip = 1,
      maxCharsPerColumn = 10000)
  void theTwoStepsComputeTheVectors(
      int testCase, String ikm, String salt, String info, int length, String prk, String okm)
      throws GeneralSecurityException {
    byte[] saltBytes = salt == null ? new byte[64] : HEX.parseHex(salt);
    byte[] infoBytes = info == null ? new byte[0] : HEX.parseHex(info);
    byte[] expected = HEX.parseHex(okm);
    try (Secret saltSecret = Secret.take(Fixtures.MEMORY, saltBytes.clone())) {
      byte[] extracted = new KeyedMac(KeyedMac.Hash.SHA512, saltSecret).of(HEX.parseHex(ikm));
      assertThat(extracted).as("PRK of test case %d", testCase).isEqualTo(HEX.parseHex(prk));
      try (Secret prkSecret = Secret.take(Fixtures.MEMORY, extracted)) {
        byte[] firstBlock =
            new KeyedMac(KeyedMac.Hash.SHA512, prkSecret).of(infoBytes, new byte[] {1}, 0, 1);
        int common = Math.min(64, expected.length);
        assertThat(Arrays.copyOf(firstBlock, common))
            .as("OKM of test case %d", testCase)
            .isEqualTo(Arrays.copyOf(expected, common));
      }
    }
    HKDFParameterSpec spec =
        HKDFParameterSpec.ofExtract()
            .addIKM(HEX.parseHex(ikm))
            .addSalt(saltBytes)
            .thenExpand(infoBytes, length);
    assertThat(KDF.getInstance("HKDF-SHA512").deriveData(spec)).as("the JDK's").isEqualTo(expected);
  }

  @Property(tries = 200)
  void derivesWhatTheJdkDerives(
      @ForAll Purpose purpose,
      @ForAll @Size(max = 200) byte[] data,
      @ForAll long high,
      @ForAll long low)
      throws GeneralSecurityException {
    UUID owner = new UUID(high, low);
    byte[] info =
        ByteBuffer.allocate(1 + 7 + 1 + 1 + 16 + 4 + data.length)
            .put((byte) 7)
            .put("ctr-enc".getBytes(StandardCharsets.US_ASCII))
            .put((byte) 1)
            .put(purpose.code())
            .putLong(high)
            .putLong(low)
            .putInt(data.length)
            .put(data)
            .array();
    byte[] ikm = new byte[32];
    Fixtures.counting(1).fill(ikm);
    HKDFParameterSpec spec = HKDFParameterSpec.ofExtract().addIKM(ikm).thenExpand(info, 64);
    try (Secret master = Fixtures.secret(1, 32);
        KeyDerivation derivation = KeyDerivation.of(master, owner)) {
      assertThat(derivation.derive(purpose, data))
          .isEqualTo(KDF.getInstance("HKDF-SHA512").deriveData(spec));
    }
  }

  @Test
  void everyPurposeHasACodeOfItsOwnAndNoneIsZero() {
    Set<Integer> codes = new TreeSet<>();
    for (Purpose purpose : Purpose.values()) {
      codes.add((int) purpose.code());
    }
    assertThat(codes).hasSize(Purpose.values().length).doesNotContain(0);
  }

  @Test
  void purposeOwnerDataAndKeyAllMatter() {
    try (LayerKey key = Fixtures.layerKey();
        LayerKey otherLayer = LayerKey.of(Fixtures.secret(1, 32), Fixtures.OTHER_LAYER);
        LayerKey otherKey = LayerKey.of(Fixtures.secret(2, 32), Fixtures.LAYER)) {
      byte[] derived = key.derivation().derive(Purpose.NAME, new byte[] {1});
      assertThat(key.derivation().derive(Purpose.NAME, new byte[] {1})).isEqualTo(derived);
      assertThat(key.derivation().derive(Purpose.STATE, new byte[] {1})).isNotEqualTo(derived);
      assertThat(key.derivation().derive(Purpose.NAME, new byte[] {2})).isNotEqualTo(derived);
      assertThat(key.derivation().derive(Purpose.NAME, new byte[] {1, 0})).isNotEqualTo(derived);
      assertThat(otherLayer.derivation().derive(Purpose.NAME, new byte[] {1}))
          .isNotEqualTo(derived);
      assertThat(otherKey.derivation().derive(Purpose.NAME, new byte[] {1})).isNotEqualTo(derived);
      assertThat(otherKey.keyId()).isNotEqualTo(key.keyId());
      assertThat(otherLayer.keyId()).isNotEqualTo(key.keyId());
    }
  }

  @Test
  void aClosedLayerKeyDerivesNothingAndPrintsNoSecret() {
    LayerKey key = Fixtures.layerKey();
    assertThat(key.toString())
        .isEqualTo("LayerKey[" + Fixtures.LAYER + ", " + key.keyId() + "]")
        .doesNotContain("01020304");
    key.close();
    assertThatThrownBy(() -> key.derivation().derive(Purpose.NAME, new byte[0]))
        .isInstanceOf(SecretClosedException.class);
    assertThatThrownBy(() -> key.master().copy()).isInstanceOf(SecretClosedException.class);
  }

  @Test
  void aLayerKeyHas32Bytes() {
    assertThatThrownBy(() -> LayerKey.of(Fixtures.secret(1, 31), Fixtures.LAYER))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aKeyIdReadsBackFromItsBytes() {
    try (LayerKey key = Fixtures.layerKey()) {
      assertThat(KeyId.of(key.keyId().bytes())).isEqualTo(key.keyId());
      assertThat(HEX.parseHex(key.keyId().toString())).isEqualTo(key.keyId().bytes());
    }
  }
}
