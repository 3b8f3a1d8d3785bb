package ctrenc.crypto.protector;

import static ctrenc.crypto.Fixtures.SUBVOLUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.CryptoException;
import ctrenc.crypto.Fixtures;
import ctrenc.crypto.WrongKeyException;
import ctrenc.crypto.wrap.Kek;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WrappedSecretProtectorTest {

  private static final byte[] MADE = {1, 2, 3};

  private static WrappedSecretProtector protector(int secret, String provider) {
    return new WrappedSecretProtector(
        Fixtures.secret(secret, WrappedSecretProtector.LENGTH),
        WrappedSecretProtector.Wrapped.byProvider(provider, MADE));
  }

  @Test
  void whatTheProviderMadeIsStoredAndWhatItGivesBackOpens() throws CryptoException {
    Kek kek = Fixtures.kek();
    byte[] stored = protector(1, "väult").wrap(kek, Fixtures.counting(0));
    var wrapped = ProtectorGroups.decode(SUBVOLUME, stored).wrappedSecrets();
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
  void aTpmIsNoProviderWithTheSameSecret() throws CryptoException {
    var made = WrappedSecretProtector.Wrapped.byTpm(MADE);
    try (Protector tpm = new WrappedSecretProtector(Fixtures.secret(1, 32), made)) {
      byte[] stored = tpm.wrap(Fixtures.kek(), Fixtures.counting(0));
      ProtectorGroups groups = ProtectorGroups.decode(SUBVOLUME, stored);
      assertThat(groups.describe()).containsExactly(List.of(Optional.of(ProtectorType.TPM)));
      assertThat(groups.wrappedSecrets().getFirst().type()).isEqualTo(ProtectorType.TPM);
      assertThat(tpm.unwrap(SUBVOLUME, stored).keyId()).isEqualTo(Fixtures.kek().keyId());
      assertThatThrownBy(() -> protector(1, "").unwrap(SUBVOLUME, stored))
          .isInstanceOf(WrongKeyException.class);
    }
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
