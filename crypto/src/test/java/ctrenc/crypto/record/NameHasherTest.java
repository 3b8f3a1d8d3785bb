package ctrenc.crypto.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.Fixtures;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.secret.SecretClosedException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class NameHasherTest {

  private final LayerKey key = Fixtures.layerKey();
  private final NameHasher hasher = NameHasher.of(key);

  private static byte[] name(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void isTheSameForTheSameAlsoAfterReopening() {
    byte[] token = hasher.token(7, name("passwd"));
    assertThat(token).hasSize(NameHasher.TOKEN_LENGTH);
    assertThat(hasher.token(7, name("passwd"))).isEqualTo(token);
    assertThat(NameHasher.of(Fixtures.layerKey()).token(7, name("passwd"))).isEqualTo(token);
    assertThat(hasher.token(7, name("/etc/passwd!"), 5, 6)).isEqualTo(token);
  }

  @Test
  void differsByNameDirectoryLayerAndKey() {
    Set<String> tokens = new TreeSet<>();
    for (long parent : new long[] {0, 1, 256, Long.MIN_VALUE, -1}) {
      for (String name : new String[] {"", "a", "b", "aa", "A"}) {
        tokens.add(HexFormat.of().formatHex(hasher.token(parent, name(name))));
      }
    }
    assertThat(tokens).hasSize(25);
    LayerKey otherLayer = LayerKey.of(Fixtures.secret(1, 32), Fixtures.OTHER_LAYER);
    LayerKey otherKey = LayerKey.of(Fixtures.secret(2, 32), Fixtures.LAYER);
    byte[] token = hasher.token(1, name("a"));
    assertThat(NameHasher.of(otherLayer).token(1, name("a"))).isNotEqualTo(token);
    assertThat(NameHasher.of(otherKey).token(1, name("a"))).isNotEqualTo(token);
  }

  @Test
  void aNameOf255BytesCountsToItsLastByte() {
    byte[] longest = new byte[255];
    byte[] almost = Arrays.copyOf(longest, 255);
    almost[254] = 1;
    assertThat(hasher.token(1, almost)).isNotEqualTo(hasher.token(1, longest));
  }

  @Test
  void hashesNothingAfterClose() {
    hasher.close();
    assertThatThrownBy(() -> hasher.token(1, name("a"))).isInstanceOf(SecretClosedException.class);
  }
}
