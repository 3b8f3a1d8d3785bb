package ctrenc.crypto.secret;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/**
 * What {@link TransientKey} relies on: SunJCE erases the arrays that a key's getEncoded gave it.
 */
class ProviderErasesKeyTest {

  /** Remembers every copy it handed out. */
  private static final class WatchedKey implements SecretKey {
    private static final long serialVersionUID = 1L;
    final transient List<byte[]> handedOut = new ArrayList<>();

    @Override
    public String getAlgorithm() {
      return "AES";
    }

    @Override
    public String getFormat() {
      return "RAW";
    }

    @Override
    public byte[] getEncoded() {
      byte[] copy = new byte[32];
      java.util.Arrays.fill(copy, (byte) 0x5A);
      handedOut.add(copy);
      return copy;
    }
  }

  private final WatchedKey key = new WatchedKey();
  private final Cipher cipher;

  ProviderErasesKeyTest() throws GeneralSecurityException {
    cipher = Cipher.getInstance("AES/GCM/NoPadding", "SunJCE");
  }

  private static GCMParameterSpec nonce(int number) {
    return new GCMParameterSpec(128, new byte[] {(byte) number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  }

  @Test
  void decryptionErasesItsCopyAtOnce() throws GeneralSecurityException {
    cipher.init(Cipher.DECRYPT_MODE, key, nonce(1));
    assertThat(key.handedOut).isNotEmpty().allSatisfy(copy -> assertThat(copy).containsOnly(0));
  }

  @Test
  void encryptionErasesItsCopyAtTheNextKey() throws GeneralSecurityException {
    cipher.init(Cipher.ENCRYPT_MODE, key, nonce(1));
    cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(new byte[32], "AES"), nonce(2));
    assertThat(key.handedOut).isNotEmpty().allSatisfy(copy -> assertThat(copy).containsOnly(0));
  }
}
