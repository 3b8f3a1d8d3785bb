package ctrenc.crypto.protector;

import static ctrenc.crypto.Fixtures.MEMORY;
import static ctrenc.crypto.Fixtures.SUBVOLUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.CryptoException;
import ctrenc.crypto.Fixtures;
import ctrenc.crypto.MalformedException;
import ctrenc.crypto.WrongKeyException;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.wrap.Kek;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class RecipientProtectorTest {

  private final Entropy entropy = Fixtures.counting(0);
  private final Kek kek = Fixtures.kek();

  /** The two files of a recipient. */
  private record Pair(byte[] publicFile, byte[] privateFile) {

    static Pair generate() throws GeneralSecurityException {
      KeyPair classical = KeyPairGenerator.getInstance("X25519").generateKeyPair();
      KeyPair postQuantum = KeyPairGenerator.getInstance("ML-KEM-768").generateKeyPair();
      String publics =
          pem("PUBLIC KEY", classical.getPublic()) + pem("PUBLIC KEY", postQuantum.getPublic());
      String privates =
          pem("PRIVATE KEY", classical.getPrivate()) + pem("PRIVATE KEY", postQuantum.getPrivate());
      return new Pair(
          publics.getBytes(StandardCharsets.US_ASCII),
          (privates + publics).getBytes(StandardCharsets.US_ASCII));
    }

    private static String pem(String label, Key key) {
      String body = Base64.getMimeEncoder().encodeToString(key.getEncoded());
      return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, body, label);
    }
  }

  @Test
  void onlyThePrivateKeyOpensWhatThePublicOneClosed()
      throws CryptoException, GeneralSecurityException {
    Pair pair = Pair.generate();
    RecipientProtector recipient = RecipientProtector.recipient(MEMORY, pair.publicFile());
    byte[] stored = recipient.wrap(kek, entropy);
    try (RecipientProtector identity = RecipientProtector.identity(MEMORY, pair.privateFile())) {
      assertThat(identity.unwrap(SUBVOLUME, stored).keyId()).isEqualTo(kek.keyId());
    }
    assertThatThrownBy(() -> recipient.unwrap(SUBVOLUME, stored))
        .isInstanceOf(WrongKeyException.class);
    RecipientProtector other = RecipientProtector.identity(MEMORY, Pair.generate().privateFile());
    assertThatThrownBy(() -> other.unwrap(SUBVOLUME, stored)).isInstanceOf(WrongKeyException.class);
  }

  @Test
  void everyByteOfTheSlotCounts() throws CryptoException, GeneralSecurityException {
    Pair pair = Pair.generate();
    Enrolment enrolment = RecipientProtector.recipient(MEMORY, pair.publicFile()).enrol(entropy);
    RecipientProtector identity = RecipientProtector.identity(MEMORY, pair.privateFile());
    byte[] parameters = enrolment.slot().parameters();
    byte type = enrolment.slot().typeCode();
    assertThat(identity.share(enrolment.slot()).matches(enrolment.share())).isTrue();
    for (int at = 0; at < parameters.length; at++) {
      ProtectorSlot changed = new ProtectorSlot(type, Fixtures.flipped(parameters, at * 8));
      try (Secret share = identity.share(changed)) {
        assertThat(share.matches(enrolment.share())).as("byte %d", at).isFalse();
      } catch (MalformedException refused) {
        assertThat(refused).hasMessageContaining("slot");
      }
    }
  }

  @Test
  void otherFilesAreRefused() throws GeneralSecurityException {
    Pair pair = Pair.generate();
    assertThatThrownBy(() -> RecipientProtector.identity(MEMORY, pair.publicFile()))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> RecipientProtector.recipient(MEMORY, new byte[100]))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> RecipientProtector.recipient(MEMORY, new byte[1 << 20]))
        .isInstanceOf(MalformedException.class);
    String half = new String(pair.publicFile(), StandardCharsets.US_ASCII).substring(0, 200);
    assertThatThrownBy(
            () -> RecipientProtector.recipient(MEMORY, half.getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(MalformedException.class);
  }
}
