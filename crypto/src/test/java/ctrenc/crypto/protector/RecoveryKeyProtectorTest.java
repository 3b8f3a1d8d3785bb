package ctrenc.crypto.protector;

import static ctrenc.crypto.Fixtures.MEMORY;
import static ctrenc.crypto.Fixtures.SUBVOLUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.CryptoException;
import ctrenc.crypto.Fixtures;
import ctrenc.crypto.MalformedException;
import ctrenc.crypto.WrongKeyException;
import ctrenc.crypto.wrap.Kek;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecoveryKeyProtectorTest {

  /** Of the bytes 1 to 20; made by an independent implementation of the format. */
  private static final String TEXT = "AEBAG-BAFAY-DQQCI-KBMGA-2DQPC-AIREE-YUTQC";

  private final RecoveryKeyProtector recovery =
      new RecoveryKeyProtector(Fixtures.secret(1, RecoveryKeyProtector.LENGTH));

  private static RecoveryKeyProtector read(String text) throws MalformedException {
    return RecoveryKeyProtector.read(MEMORY, text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void theTextIsThatOfTheFormat() {
    assertThat(new String(recovery.text(), StandardCharsets.US_ASCII)).isEqualTo(TEXT);
  }

  @Test
  void whatWasWrittenDownOpens() throws CryptoException {
    Kek kek = Fixtures.kek();
    byte[] stored = recovery.wrap(kek, Fixtures.counting(0));
    for (String text : new String[] {TEXT, TEXT.toLowerCase(Locale.ROOT), TEXT.replace("-", " ")}) {
      assertThat(read(text).unwrap(SUBVOLUME, stored).keyId()).isEqualTo(kek.keyId());
    }
    RecoveryKeyProtector other = RecoveryKeyProtector.random(MEMORY, Fixtures.counting(9));
    assertThatThrownBy(() -> other.unwrap(SUBVOLUME, stored)).isInstanceOf(WrongKeyException.class);
  }

  @Test
  void everySlipOfOneDigitIsFound() {
    for (int at = 0; at < TEXT.length(); at++) {
      for (char digit : "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".toCharArray()) {
        String slip = TEXT.substring(0, at) + digit + TEXT.substring(at + 1);
        if (TEXT.charAt(at) != digit && TEXT.charAt(at) != '-') {
          assertThatThrownBy(() -> read(slip)).as(slip).isInstanceOf(MalformedException.class);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "AAAAA", "ÄÖÜ", "11111-11111"})
  void otherTextIsRefused(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(MalformedException.class);
  }
}
