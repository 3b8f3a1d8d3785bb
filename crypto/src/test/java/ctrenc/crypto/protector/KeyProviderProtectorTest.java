package ctrenc.crypto.protector;

import static ctrenc.crypto.Fixtures.SUBVOLUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.CryptoException;
import ctrenc.crypto.Fixtures;
import ctrenc.crypto.WrongKeyException;
import ctrenc.crypto.wrap.Kek;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class KeyProviderProtectorTest {

  private static final byte[] MADE = {1, 2, 3};

  private static KeyProviderProtector protector(int secret, String provider) {
    return new KeyProviderProtector(
        Fixtures.secret(secret, KeyProviderProtector.LENGTH),
        new KeyProviderProtector.Wrapped(provider, MADE));
  }

  @Test
  void whatTheProviderMadeIsStoredAndWhatItGivesBackOpens() throws CryptoException {
    Kek kek = Fixtures.kek();
    byte[] stored = protector(1, "väult").wrap(kek, Fixtures.counting(0));
    var wrapped = ProtectorGroups.decode(SUBVOLUME, stored).wrappedByProviders();
    assertThat(wrapped).hasSize(1);
    assertThat(wrapped.getFirst().provider()).isEqualTo("väult");
    assertThat(wrapped.getFirst().bytes()).isEqualTo(MADE);
    assertThat(protector(1, "väult").unwrap(SUBVOLUME, stored).keyId()).isEqualTo(kek.keyId());
  }

  @Test
  void anotherSecretOrProviderOpensNothing() {
    byte[] stored = protector(1, "vault").wrap(Fixtures.kek(), Fixtures.counting(0));
    assertThatThrownBy(() -> protector(2, "vault").unwrap(SUBVOLUME, stored))
        .isInstanceOf(WrongKeyException.class);
    assertThatThrownBy(() -> protector(1, "other").unwrap(SUBVOLUME, stored))
        .isInstanceOf(WrongKeyException.class);
  }

  @Test
  void slotsThatAreCutShortFitNobody() {
    byte[] whole = protector(1, "vault").enrol(Fixtures.counting(0)).slot().parameters();
    for (int length = 0; length < whole.length; length++) {
      ProtectorSlot cut =
          new ProtectorSlot(ProtectorType.KEY_PROVIDER.code(), Arrays.copyOf(whole, length));
      assertThat(protector(1, "vault").fits(cut)).as("%d bytes", length).isFalse();
    }
  }
}
