package ctrenc.crypto.wrap;

import static ctrenc.crypto.Fixtures.LAYER;
import static ctrenc.crypto.Fixtures.OTHER_LAYER;
import static ctrenc.crypto.Fixtures.SUBVOLUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.CommitmentMismatchException;
import ctrenc.crypto.CryptoException;
import ctrenc.crypto.Fixtures;
import ctrenc.crypto.MalformedException;
import ctrenc.crypto.TagMismatchException;
import ctrenc.crypto.UnsupportedVersionException;
import ctrenc.crypto.WrongKeyException;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretClosedException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class KeyWrapperTest {

  private static final int LENGTH = 138;

  private final Kek kek = Fixtures.kek();
  private final LayerKey key = Fixtures.layerKey();
  private final KeyWrapper wrapper = new KeyWrapper(Entropy.system());
  private final byte[] wrapped = wrapper.wrap(kek, key);

  @Test
  void unwrapsWhatWasWrapped() throws CryptoException {
    assertThat(wrapped).hasSize(LENGTH);
    try (LayerKey unwrapped = KeyWrapper.unwrapLayerKey(kek, LAYER, wrapped)) {
      assertThat(unwrapped.master().matches(key.master())).isTrue();
      assertThat(unwrapped.keyId()).isEqualTo(key.keyId());
      assertThat(unwrapped.layer()).isEqualTo(LAYER);
    }
  }

  @Test
  void wrapsTheKekOfANestedSubvolume() throws CryptoException {
    UUID nestedId = UUID.randomUUID();
    try (Kek nested = Kek.random(Fixtures.MEMORY, Entropy.system(), nestedId)) {
      byte[] record = wrapper.wrap(kek, nested);
      try (Kek unwrapped = KeyWrapper.unwrapNestedKek(kek, nestedId, record)) {
        assertThat(unwrapped.keyId()).isEqualTo(nested.keyId());
        assertThat(unwrapped.subvolume()).isEqualTo(nestedId);
      }
      assertThatThrownBy(() -> KeyWrapper.unwrapNestedKek(kek, SUBVOLUME, record))
          .isInstanceOf(CommitmentMismatchException.class);
    }
  }

  @Test
  void aWrongKekIsToldApart() {
    Kek other = Kek.of(Fixtures.secret(102, 32), SUBVOLUME);
    Kek sameKeyOtherSubvolume = Kek.of(Fixtures.secret(101, 32), UUID.randomUUID());
    assertThatThrownBy(() -> KeyWrapper.unwrapLayerKey(other, LAYER, wrapped))
        .isInstanceOf(WrongKeyException.class);
    assertThatThrownBy(() -> KeyWrapper.unwrapLayerKey(sameKeyOtherSubvolume, LAYER, wrapped))
        .isInstanceOf(WrongKeyException.class);
  }

  @Test
  void everyDamagedBitIsToldAsDamageOrANewerVersion() {
    for (int bit = 0; bit < LENGTH * 8; bit++) {
      byte[] damaged = Fixtures.flipped(wrapped, bit);
      Class<? extends CryptoException> expected =
          bit / 8 == 4 && bit % 8 != 0
              ? UnsupportedVersionException.class
              : MalformedException.class;
      assertThatThrownBy(() -> KeyWrapper.unwrapLayerKey(kek, LAYER, damaged))
          .as("bit %d", bit)
          .isInstanceOf(expected);
    }
  }

  @Test
  void everyForgedBitIsRefusedAlsoWithARightChecksum() {
    for (int bit = 5 * 8; bit < (LENGTH - 4) * 8; bit++) {
      byte[] forged = withChecksum(Fixtures.flipped(wrapped, bit));
      int place = bit / 8;
      Class<? extends CryptoException> expected =
          place < 6
              ? MalformedException.class
              : place < 22
                  ? WrongKeyException.class
                  : place < 86 ? CommitmentMismatchException.class : TagMismatchException.class;
      assertThatThrownBy(() -> KeyWrapper.unwrapLayerKey(kek, LAYER, forged))
          .as("bit %d", bit)
          .isInstanceOf(expected);
    }
  }

  @Test
  void everyTruncationAndExtensionIsRefused() {
    for (int length = 0; length < LENGTH; length++) {
      byte[] truncated = Arrays.copyOf(wrapped, length);
      assertThatThrownBy(() -> KeyWrapper.unwrapLayerKey(kek, LAYER, truncated))
          .isInstanceOf(MalformedException.class);
    }
    assertThatThrownBy(
            () -> KeyWrapper.unwrapLayerKey(kek, LAYER, Arrays.copyOf(wrapped, LENGTH + 1)))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void kindSubjectAndContextAreBound() {
    byte[] context = {1, 2, 3};
    try (Secret secret = Fixtures.secret(50, 32)) {
      byte[] record = wrapper.wrap(kek, WrapKind.PROTECTED_KEK, SUBVOLUME, context, secret);
      assertThatThrownBy(
              () ->
                  KeyWrapper.unwrap(
                      kek, WrapKind.PROTECTED_KEK, SUBVOLUME, new byte[] {1, 2}, record))
          .isInstanceOf(TagMismatchException.class);
      assertThatThrownBy(
              () -> KeyWrapper.unwrap(kek, WrapKind.NESTED_KEK, SUBVOLUME, context, record))
          .isInstanceOf(MalformedException.class);
      byte[] kindForged = record.clone();
      kindForged[5] = 2;
      assertThatThrownBy(
              () ->
                  KeyWrapper.unwrap(
                      kek, WrapKind.NESTED_KEK, SUBVOLUME, context, withChecksum(kindForged)))
          .isInstanceOf(CommitmentMismatchException.class);
    }
    assertThatThrownBy(() -> KeyWrapper.unwrapLayerKey(kek, OTHER_LAYER, wrapped))
        .isInstanceOf(CommitmentMismatchException.class);
  }

  @Test
  void wrappingTwiceGivesDifferentBytesAndFrozenEntropyDoesNotBreakIt() throws CryptoException {
    assertThat(wrapper.wrap(kek, key)).isNotEqualTo(wrapped);
    KeyWrapper frozen = new KeyWrapper(Fixtures.FROZEN);
    LayerKey other = LayerKey.of(Fixtures.secret(9, 32), OTHER_LAYER);
    byte[] first = frozen.wrap(kek, key);
    byte[] second = frozen.wrap(kek, other);
    assertThat(Arrays.copyOfRange(first, 54, 86))
        .as("commitments")
        .isNotEqualTo(Arrays.copyOfRange(second, 54, 86));
    KeyWrapper.unwrapLayerKey(kek, LAYER, first).close();
  }

  @Test
  void onlyKeysOf32BytesAreWrapped() {
    try (Secret secret = Fixtures.secret(1, 31)) {
      assertThatThrownBy(() -> wrapper.wrap(kek, WrapKind.LAYER_KEY, LAYER, new byte[0], secret))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> Kek.of(Fixtures.secret(1, 33), SUBVOLUME))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aClosedKekWrapsNothing() {
    kek.close();
    assertThatThrownBy(() -> wrapper.wrap(kek, key)).isInstanceOf(SecretClosedException.class);
    assertThatThrownBy(() -> KeyWrapper.unwrapLayerKey(kek, LAYER, wrapped))
        .isInstanceOf(SecretClosedException.class);
  }

  private static byte[] withChecksum(byte[] record) {
    CRC32C crc = new CRC32C();
    crc.update(record, 0, LENGTH - 4);
    return ByteBuffer.wrap(record).putInt(LENGTH - 4, (int) crc.getValue()).array();
  }
}
