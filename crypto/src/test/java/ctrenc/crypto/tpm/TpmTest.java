package ctrenc.crypto.tpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.Fixtures;
import ctrenc.crypto.MalformedException;
import ctrenc.crypto.UnsupportedVersionException;
import ctrenc.crypto.secret.Secret;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is made of answers that no TPM should give; a TPM's own are asked for in the e2e tests. */
class TpmTest {

  private static Tpm answering(TpmChannel channel) {
    return new Tpm(channel, Fixtures.MEMORY, Fixtures.counting(0));
  }

  private static byte[] answer(int code) {
    return ByteBuffer.allocate(10).putShort(TpmWire.NO_SESSIONS).putInt(10).putInt(code).array();
  }

  @ParameterizedTest
  @CsvSource({
    "0x9A2, has a password",
    "0x98E, has a password",
    "0x185, switched off",
    "0x100, nobody has started it up",
    "0x902, refuses CREATE_PRIMARY with 0x902"
  })
  void refusalsSayWhatToDo(String code, String sentence) {
    Tpm tpm = answering(command -> answer(Integer.decode(code)));
    try (Secret secret = Fixtures.secret(1, 32)) {
      assertThatThrownBy(() -> tpm.seal(secret))
          .isInstanceOf(TpmException.class)
          .hasMessageContaining(sentence);
    }
  }

  @Test
  void nonsenseIsATpmThatFails() {
    long seed = 7;
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      byte[] nonsense = new byte[random.nextInt(200)];
      random.nextBytes(nonsense);
      if (nonsense.length >= 10) {
        ByteBuffer.wrap(nonsense).putShort(TpmWire.SESSIONS).putInt(nonsense.length).putInt(0);
      }
      Tpm tpm = answering(command -> nonsense.clone());
      try (Secret secret = Fixtures.secret(1, 32)) {
        assertThatThrownBy(() -> tpm.seal(secret))
            .as("seed %d, answer %d", seed, i)
            .isInstanceOf(TpmException.class);
      }
    }
  }

  @Test
  void whatIsStoredIsReadAsItWasWritten() throws Exception {
    byte[] name = new byte[34];
    Arrays.fill(name, (byte) 5);
    byte[] encoded = new SealedSecret(name, new byte[] {1, 2, 3}, new byte[] {4, 5}).encode();
    assertThat(encoded).hasSize(1 + 34 + 2 + 3 + 2 + 2);
    SealedSecret decoded = SealedSecret.decode(encoded);
    assertThat(decoded.storageKey()).isEqualTo(name);
    assertThat(decoded.publicArea()).containsExactly(1, 2, 3);
    assertThat(decoded.privateArea()).containsExactly(4, 5);
    for (int length = 0; length < encoded.length; length++) {
      byte[] cut = Arrays.copyOf(encoded, length);
      assertThatThrownBy(() -> SealedSecret.decode(cut)).isInstanceOf(MalformedException.class);
    }
    for (int version : new int[] {2, 0x80, 0xff}) {
      encoded[0] = (byte) version;
      assertThatThrownBy(() -> SealedSecret.decode(encoded))
          .isInstanceOf(UnsupportedVersionException.class)
          .hasMessageContaining("has version " + version + ",");
    }
  }
}
