package ctrenc.crypto.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.Fixtures;
import ctrenc.crypto.MalformedException;
import ctrenc.crypto.kdf.LayerKey;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class StateHashTest {

  private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(256);

  private final LayerKey key = Fixtures.layerKey();

  private record Entry(byte[] key, byte[] value) {}

  private static List<Entry> entries(long seed, int count) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(
          new Entry(Fixtures.data(seed + i, 10 + i % 7), Fixtures.data(~seed - i, i % 100)));
    }
    return entries;
  }

  private StateHash of(List<Entry> entries) {
    StateHash hash = StateHash.empty(key);
    entries.forEach(entry -> hash.add(entry.key, entry.value));
    return hash;
  }

  @Property(tries = 50)
  void orderDoesNotMatterAndRemovingUndoesAdding(
      @ForAll @IntRange(max = 60) int count, @ForAll long seed) {
    List<Entry> entries = entries(seed, count);
    byte[] root = of(entries).root();
    List<Entry> shuffled = new ArrayList<>(entries);
    Collections.shuffle(shuffled, new Random(seed));
    StateHash hash = of(shuffled);
    assertThat(hash.root()).isEqualTo(root).hasSize(StateHash.ROOT_LENGTH);
    List<Entry> passing = entries(seed + 1000, 20);
    passing.forEach(entry -> hash.add(entry.key, entry.value));
    assertThat(hash.root()).isNotEqualTo(root);
    passing.forEach(entry -> hash.remove(entry.key, entry.value));
    assertThat(hash.root()).isEqualTo(root);
    shuffled.forEach(entry -> hash.remove(entry.key, entry.value));
    assertThat(hash.root()).isEqualTo(StateHash.empty(key).root());
  }

  @Test
  void partsCombineToTheWhole() {
    List<Entry> entries = entries(1, 100);
    StateHash left = of(entries.subList(0, 37));
    left.combine(of(entries.subList(37, 100)));
    assertThat(left.root()).isEqualTo(of(entries).root());
    left.combine(left);
    List<Entry> twice = new ArrayList<>(entries);
    twice.addAll(entries);
    assertThat(left.root()).isEqualTo(of(twice).root());
  }

  @Test
  void resumesFromItsSum() throws MalformedException {
    List<Entry> entries = entries(2, 50);
    StateHash hash = of(entries.subList(0, 20));
    StateHash resumed = StateHash.resume(key, hash.sum());
    assertThat(resumed.root()).isEqualTo(hash.root());
    entries.subList(20, 50).forEach(entry -> resumed.add(entry.key, entry.value));
    assertThat(resumed.root()).isEqualTo(of(entries).root());
    assertThatThrownBy(() -> StateHash.resume(key, new byte[39]))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void everyDifferenceInRecordsShows() {
    StateHash hash = StateHash.empty(key);
    hash.add(new byte[] {1, 2}, new byte[] {3});
    byte[] root = hash.root();
    assertThat(rootOfOne(new byte[] {1, 2}, new byte[] {3})).isEqualTo(root);
    assertThat(rootOfOne(new byte[] {1, 2}, new byte[] {4})).isNotEqualTo(root);
    assertThat(rootOfOne(new byte[] {1, 3}, new byte[] {3})).isNotEqualTo(root);
    assertThat(rootOfOne(new byte[] {1}, new byte[] {2, 3}))
        .as("the border between key and value")
        .isNotEqualTo(root);
    assertThat(rootOfOne(new byte[0], new byte[] {1, 2, 3})).isNotEqualTo(root);
    hash.add(new byte[] {1, 2}, new byte[] {3});
    assertThat(hash.root()).as("the same record twice").isNotEqualTo(root);
  }

  @Test
  void anotherLayerOrKeyHasAnotherRoot() {
    byte[] root = StateHash.empty(key).root();
    LayerKey otherLayer = LayerKey.of(Fixtures.secret(1, 32), Fixtures.OTHER_LAYER);
    LayerKey otherKey = LayerKey.of(Fixtures.secret(2, 32), Fixtures.LAYER);
    assertThat(StateHash.empty(otherLayer).root()).isNotEqualTo(root);
    assertThat(StateHash.empty(otherKey).root()).isNotEqualTo(root);
  }

  private byte[] rootOfOne(byte[] recordKey, byte[] value) {
    StateHash hash = StateHash.empty(key);
    hash.add(recordKey, value);
    return hash.root();
  }

  /**
   * The arithmetic against BigInteger; extremes of all-ones and all-zero limbs are among jqwik's
   * edge cases.
   */
  @Property(tries = 500)
  void addsAndSubtractsModulo2To256(@ForAll @Size(value = 8) long[] limbs) {
    byte[] first = bytes(limbs, 0);
    byte[] second = bytes(limbs, 4);
    StateSum sum = new StateSum();
    sum.add(first);
    sum.add(second);
    assertThat(value(sum))
        .isEqualTo(new BigInteger(1, first).add(new BigInteger(1, second)).mod(MODULUS));
    sum.subtract(first);
    sum.subtract(first);
    assertThat(value(sum))
        .isEqualTo(new BigInteger(1, second).subtract(new BigInteger(1, first)).mod(MODULUS));
  }

  @Property(tries = 100)
  void carriesAndBorrowsThroughAllLimbs(@ForAll @IntRange(max = 255) int bit) {
    byte[] allOnes = MODULUS.subtract(BigInteger.ONE).toByteArray();
    byte[] ones = java.util.Arrays.copyOfRange(allOnes, 1, 33);
    byte[] single = new byte[32];
    single[31 - bit / 8] = (byte) (1 << (bit % 8));
    StateSum sum = new StateSum();
    sum.add(ones);
    sum.add(single);
    assertThat(value(sum)).isEqualTo(BigInteger.ONE.shiftLeft(bit).subtract(BigInteger.ONE));
    sum.subtract(single);
    sum.subtract(ones);
    sum.subtract(single);
    assertThat(value(sum)).isEqualTo(MODULUS.subtract(BigInteger.ONE.shiftLeft(bit)));
  }

  private static byte[] bytes(long[] limbs, int from) {
    ByteBuffer bytes = ByteBuffer.allocate(32);
    for (int i = from; i < from + 4; i++) {
      bytes.putLong(limbs[i]);
    }
    return bytes.array();
  }

  private static BigInteger value(StateSum sum) {
    ByteBuffer written = ByteBuffer.allocate(40);
    sum.write(written);
    return new BigInteger(1, written.array(), 0, 32);
  }

  @Test
  void changeCountsOnceItIsApplied() throws MalformedException {
    List<Entry> entries = entries(7, 30);
    StateHash hash = of(entries.subList(0, 20));
    byte[] before = hash.sum();
    StateChange change = new StateChange();
    entries.subList(0, 10).forEach(entry -> change.remove(hash.element(entry.key, entry.value)));
    entries.subList(20, 30).forEach(entry -> change.add(hash.element(entry.key, entry.value)));
    byte[] announced = hash.sumAfter(change);
    assertThat(hash.sum()).isEqualTo(before);
    hash.apply(change);
    assertThat(hash.sum()).isEqualTo(announced);
    assertThat(hash.root()).isEqualTo(of(entries.subList(10, 30)).root());
    hash.restore(before);
    assertThat(hash.root()).isEqualTo(of(entries.subList(0, 20)).root());
  }
}
