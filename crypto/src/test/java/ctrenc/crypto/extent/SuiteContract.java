package ctrenc.crypto.extent;

import static ctrenc.crypto.Fixtures.MEMORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.CommitmentMismatchException;
import ctrenc.crypto.CryptoException;
import ctrenc.crypto.Fixtures;
import ctrenc.crypto.TagMismatchException;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.SecretClosedException;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of extents whatever suite they are sealed under. */
abstract class SuiteContract {

  private static final long ID = 7;

  private final LayerKey key = Fixtures.layerKey();
  private final NonceHedge hedge = NonceHedge.start(MEMORY, Entropy.system());
  private final Suite suite;
  private final ExtentSealer sealer;
  private final ChunkScratch scratch = new ChunkScratch();

  SuiteContract(Suite suite) {
    this.suite = suite;
    this.sealer = new ExtentSealer(hedge, suite);
  }

  /** Everything needed to open an extent, as the extent store would keep it. */
  private record Sealed(long id, int length, ExtentSeal seal, byte[] bytes) {}

  private Sealed seal(byte[] plain) {
    byte[] out = new byte[suite.sealedLength(plain.length)];
    ExtentSeal seal = sealer.seal(key, ID, plain, 0, plain.length, out, 0);
    return new Sealed(ID, plain.length, seal, out);
  }

  private byte[] open(LayerKey with, long id, int length, ExtentSeal seal, byte[] bytes)
      throws CryptoException {
    byte[] plain = new byte[length];
    try (ExtentOpener opener = ExtentOpener.open(with, id, length, seal)) {
      for (int chunk = 0; chunk < suite.chunks(length); chunk++) {
        opener.openChunk(
            chunk, bytes, chunk * suite.sealedChunk(), plain, chunk * suite.chunk(), scratch);
      }
    }
    return plain;
  }

  private byte[] open(Sealed sealed) throws CryptoException {
    return open(key, sealed.id, sealed.length, sealed.seal, sealed.bytes);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {1, 15, 16, 4095, 4096, 4097, 8192, 16383, 16384, 16385, 32768, 50000, 1 << 20})
  void opensWhatWasSealed(int length) throws CryptoException {
    byte[] plain = Fixtures.data(length, length);
    Sealed sealed = seal(plain);
    assertThat(sealed.bytes).hasSize(length + 16 * ((length + suite.chunk() - 1) / suite.chunk()));
    assertThat(open(sealed)).isEqualTo(plain);
  }

  @Test
  void sealsFromAndToTheMiddleOfArrays() throws CryptoException {
    byte[] plain = Fixtures.data(3, 20000);
    byte[] out = new byte[30000];
    ExtentSeal seal = sealer.seal(key, ID, plain, 100, 17000, out, 50);
    int end = 50 + suite.sealedLength(17000);
    byte[] opened = open(key, ID, 17000, seal, Arrays.copyOfRange(out, 50, end));
    assertThat(opened).isEqualTo(Arrays.copyOfRange(plain, 100, 17100));
    assertThat(Arrays.copyOf(out, 50)).containsOnly(0);
    assertThat(Arrays.copyOfRange(out, end, out.length)).containsOnly(0);
  }

  @Test
  void opensOneChunkAlone() throws CryptoException {
    byte[] plain = Fixtures.data(4, 40000);
    Sealed sealed = seal(plain);
    byte[] chunk = new byte[suite.chunk()];
    try (ExtentOpener opener = ExtentOpener.open(key, ID, 40000, sealed.seal)) {
      int size = opener.openChunk(2, sealed.bytes, 2 * suite.sealedChunk(), chunk, 0, scratch);
      int start = 2 * suite.chunk();
      int end = Math.min(start + suite.chunk(), plain.length);
      assertThat(Arrays.copyOf(chunk, size)).isEqualTo(Arrays.copyOfRange(plain, start, end));
    }
  }

  @Test
  void everyFlippedBitOfAShortExtentIsRefusedAndLeavesNothing() throws CryptoException {
    Sealed sealed = seal(Fixtures.data(5, 300));
    try (ExtentOpener opener = ExtentOpener.open(key, ID, 300, sealed.seal)) {
      for (int bit = 0; bit < sealed.bytes.length * 8; bit++) {
        byte[] plain = Fixtures.data(6, 300);
        byte[] damaged = Fixtures.flipped(sealed.bytes, bit);
        assertThatThrownBy(() -> opener.openChunk(0, damaged, 0, plain, 0, scratch))
            .isInstanceOf(TagMismatchException.class);
        assertThat(plain).containsOnly(0);
      }
    }
  }

  @Property(tries = 200)
  void aFlippedBitAnywhereIsRefused(
      @ForAll @IntRange(min = 1, max = 70000) int length, @ForAll int place) {
    Sealed sealed = seal(Fixtures.data(length, length));
    int bit = Math.floorMod(place, sealed.bytes.length * 8);
    Sealed damaged = new Sealed(ID, length, sealed.seal, Fixtures.flipped(sealed.bytes, bit));
    assertThatThrownBy(() -> open(damaged)).isInstanceOf(TagMismatchException.class);
  }

  @Test
  void everyFlippedBitOfNonceAndCommitmentIsRefusedBeforeDecryption() {
    Sealed sealed = seal(Fixtures.data(8, 100));
    for (int bit = 0; bit < 256; bit++) {
      ExtentSeal nonceDamaged =
          new ExtentSeal(
              suite, Fixtures.flipped(sealed.seal.nonce(), bit), sealed.seal.commitment());
      ExtentSeal commitmentDamaged =
          new ExtentSeal(
              suite, sealed.seal.nonce(), Fixtures.flipped(sealed.seal.commitment(), bit));
      assertThatThrownBy(() -> open(key, ID, 100, nonceDamaged, sealed.bytes))
          .isInstanceOf(CommitmentMismatchException.class);
      assertThatThrownBy(() -> open(key, ID, 100, commitmentDamaged, sealed.bytes))
          .isInstanceOf(CommitmentMismatchException.class);
    }
  }

  @Test
  void anotherIdLengthLayerOrKeyIsRefused() {
    Sealed sealed = seal(Fixtures.data(9, 20000));
    LayerKey sameKeyOtherLayer = LayerKey.of(Fixtures.secret(1, 32), Fixtures.OTHER_LAYER);
    LayerKey otherKeySameLayer = LayerKey.of(Fixtures.secret(2, 32), Fixtures.LAYER);
    assertRefused(key, ID + 1, 20000, sealed);
    assertRefused(key, ID, 19999, sealed);
    assertRefused(key, ID, 16384, sealed);
    assertRefused(key, ID, 0, sealed);
    assertRefused(key, ID, ExtentFormat.MAX_LENGTH + 1, sealed);
    assertRefused(sameKeyOtherLayer, ID, 20000, sealed);
    assertRefused(otherKeySameLayer, ID, 20000, sealed);
  }

  @Test
  void anotherSuiteIsRefused() {
    Sealed sealed = seal(Fixtures.data(12, 100));
    for (Suite other : Suite.values()) {
      if (other != suite) {
        ExtentSeal claimed = new ExtentSeal(other, sealed.seal.nonce(), sealed.seal.commitment());
        assertThatThrownBy(() -> open(key, ID, 100, claimed, sealed.bytes))
            .isInstanceOf(CommitmentMismatchException.class);
      }
    }
  }

  @Test
  void theCodeTellsTheSuite() {
    assertThat(Suite.of(suite.code())).contains(suite);
    assertThat(Suite.of((byte) 0)).isEmpty();
    assertThat(Suite.of((byte) (Suite.values().length + 1))).isEmpty();
  }

  private void assertRefused(LayerKey with, long id, int length, Sealed sealed) {
    assertThatThrownBy(() -> open(with, id, length, sealed.seal, sealed.bytes))
        .isInstanceOf(CommitmentMismatchException.class);
  }

  @Test
  void swappedRepeatedMovedAndTruncatedChunksAreRefused() throws CryptoException {
    byte[] plain = new byte[3 * suite.chunk()];
    Sealed first = seal(plain);
    Sealed second = seal(plain);
    byte[] target = new byte[suite.chunk()];
    try (ExtentOpener opener = ExtentOpener.open(key, ID, plain.length, first.seal)) {
      assertThatThrownBy(
              () -> opener.openChunk(0, first.bytes, suite.sealedChunk(), target, 0, scratch))
          .as("chunk 1 in place of chunk 0")
          .isInstanceOf(TagMismatchException.class);
      assertThatThrownBy(
              () -> opener.openChunk(2, first.bytes, suite.sealedChunk(), target, 0, scratch))
          .as("chunk 1 repeated as chunk 2")
          .isInstanceOf(TagMismatchException.class);
      assertThatThrownBy(
              () -> opener.openChunk(1, second.bytes, suite.sealedChunk(), target, 0, scratch))
          .as("chunk 1 of another extent")
          .isInstanceOf(TagMismatchException.class);
      byte[] shifted = Arrays.copyOfRange(first.bytes, 1, first.bytes.length);
      assertThatThrownBy(() -> opener.openChunk(0, shifted, 0, target, 0, scratch))
          .as("chunk 0 without its first byte")
          .isInstanceOf(TagMismatchException.class);
      assertThatThrownBy(() -> opener.openChunk(3, first.bytes, 0, target, 0, scratch))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void equalPlaintextsAreSealedUnderDifferentKeys() {
    byte[] plain = new byte[100];
    assertThat(seal(plain).bytes).isNotEqualTo(seal(plain).bytes);
  }

  @Test
  void nothingOpensAfterClose() throws CryptoException {
    Sealed sealed = seal(new byte[100]);
    ExtentOpener opener = ExtentOpener.open(key, ID, 100, sealed.seal);
    byte[] target = new byte[100];
    opener.openChunk(0, sealed.bytes, 0, target, 0, scratch);
    opener.close();
    assertThatThrownBy(() -> opener.openChunk(0, sealed.bytes, 0, target, 0, scratch))
        .isInstanceOf(SecretClosedException.class);
    key.close();
    assertThatThrownBy(() -> open(sealed)).isInstanceOf(SecretClosedException.class);
    assertThatThrownBy(() -> seal(new byte[100])).isInstanceOf(SecretClosedException.class);
  }

  @Test
  void refusesLengthsThatNoExtentHas() {
    byte[] out = new byte[100];
    assertThatThrownBy(() -> sealer.seal(key, ID, new byte[10], 0, 0, out, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> sealer.seal(key, ID, new byte[(1 << 20) + 1], 0, (1 << 20) + 1, out, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> sealer.seal(key, ID, new byte[100], 0, 100, out, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(out).containsOnly(0);
  }
}
