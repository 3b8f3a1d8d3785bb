package ctrenc.crypto.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.CryptoException;
import ctrenc.crypto.Fixtures;
import ctrenc.crypto.TagMismatchException;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.SecretClosedException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RecordSessionTest {

  private static final byte[] BOUND = {1, 2, 3};

  private final LayerKey key = Fixtures.layerKey();
  private final RecordSession session = RecordSession.start(key, Entropy.system());

  @Property(tries = 200)
  void opensWhatWasSealed(
      @ForAll @Size(max = 3000) byte[] plain, @ForAll @Size(max = 100) byte[] bound)
      throws CryptoException {
    byte[] sealed = session.seal(bound, plain);
    assertThat(sealed).hasSize(plain.length + RecordSession.OVERHEAD);
    assertThat(session.open(bound, sealed)).isEqualTo(plain);
  }

  @Test
  void aResumedSessionOpensButNeverSeals() throws CryptoException {
    byte[] sealed = session.seal(BOUND, new byte[] {7});
    RecordSession resumed = RecordSession.resume(key, session.salt());
    assertThat(resumed.open(BOUND, sealed)).containsExactly(7);
    assertThatThrownBy(() -> resumed.seal(BOUND, new byte[1]))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void everyFlippedBitOfRecordOrBoundDataIsRefused() {
    byte[] sealed = session.seal(BOUND, Fixtures.data(1, 60));
    for (int bit = 0; bit < sealed.length * 8; bit++) {
      byte[] damaged = Fixtures.flipped(sealed, bit);
      assertThatThrownBy(() -> session.open(BOUND, damaged))
          .isInstanceOf(TagMismatchException.class);
    }
    for (int bit = 0; bit < BOUND.length * 8; bit++) {
      byte[] other = Fixtures.flipped(BOUND, bit);
      assertThatThrownBy(() -> session.open(other, sealed))
          .isInstanceOf(TagMismatchException.class);
    }
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] sealed = session.seal(BOUND, Fixtures.data(1, 60));
    for (int length = 0; length < sealed.length; length++) {
      byte[] truncated = Arrays.copyOf(sealed, length);
      assertThatThrownBy(() -> session.open(BOUND, truncated))
          .isInstanceOf(TagMismatchException.class);
    }
  }

  @Test
  void anotherSessionOrLayerIsRefused() {
    byte[] sealed = session.seal(BOUND, new byte[10]);
    RecordSession other = RecordSession.start(key, Entropy.system());
    LayerKey sameKeyOtherLayer = LayerKey.of(Fixtures.secret(1, 32), Fixtures.OTHER_LAYER);
    RecordSession foreign = RecordSession.resume(sameKeyOtherLayer, session.salt());
    assertThatThrownBy(() -> other.open(BOUND, sealed)).isInstanceOf(TagMismatchException.class);
    assertThatThrownBy(() -> foreign.open(BOUND, sealed)).isInstanceOf(TagMismatchException.class);
  }

  @Test
  void noCounterComesTwiceFromManyThreads() throws InterruptedException {
    Set<Long> counters = ConcurrentHashMap.newKeySet();
    Thread[] threads = new Thread[8];
    for (int i = 0; i < threads.length; i++) {
      threads[i] = Thread.ofPlatform().start(() -> sealAndOpen(500, counters));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(counters).hasSize(8 * 500);
  }

  private void sealAndOpen(int times, Set<Long> counters) {
    for (int i = 0; i < times; i++) {
      byte[] plain = {(byte) i, (byte) (i >> 8)};
      byte[] sealed = session.seal(BOUND, plain);
      try {
        if (Arrays.equals(session.open(BOUND, sealed), plain)) {
          counters.add(counter(sealed));
        }
      } catch (TagMismatchException e) {
        throw new AssertionError("what this thread sealed does not open", e);
      }
    }
  }

  @Test
  void sealsAndOpensInTheMiddleOfArrays() throws CryptoException {
    byte[] plain = Fixtures.data(2, 100);
    byte[] out = new byte[200];
    session.seal(BOUND, plain, 10, 50, out, 20);
    byte[] opened = new byte[80];
    session.open(BOUND, out, 20, 50 + RecordSession.OVERHEAD, opened, 5);
    assertThat(Arrays.copyOfRange(opened, 5, 55)).isEqualTo(Arrays.copyOfRange(plain, 10, 60));
    assertThat(IntStream.range(0, 20).map(i -> out[i])).containsOnly(0);
  }

  @Test
  void anExhaustedCounterSealsNothingMore() {
    RecordSession nearlyUsedUp =
        new RecordSession(key, new byte[RecordSession.SALT_LENGTH], (1L << 48) - 2);
    byte[] last = nearlyUsedUp.seal(BOUND, new byte[1]);
    assertThat(counter(last)).isEqualTo((1L << 48) - 1);
    assertThatThrownBy(() -> nearlyUsedUp.seal(BOUND, new byte[1]))
        .isInstanceOf(SessionExhaustedException.class);
    assertThatThrownBy(() -> nearlyUsedUp.seal(BOUND, new byte[1]))
        .isInstanceOf(SessionExhaustedException.class);
  }

  @Test
  void nothingIsSealedOrOpenedAfterClose() {
    byte[] sealed = session.seal(BOUND, new byte[1]);
    session.close();
    assertThatThrownBy(() -> session.seal(BOUND, new byte[1]))
        .isInstanceOf(SecretClosedException.class);
    assertThatThrownBy(() -> session.open(BOUND, sealed)).isInstanceOf(SecretClosedException.class);
  }

  /** Two clones of a machine go on with one session. */
  @Test
  void clonesNeverSealDifferentRecordsUnderOneNonce() throws CryptoException {
    byte[] plain = Fixtures.data(3, 100);
    byte[] first = new RecordSession(key, session.salt(), 41).seal(BOUND, plain);
    byte[] same = new RecordSession(key, session.salt(), 41).seal(BOUND, plain);
    assertThat(same).as("what equal clones seal alike tells no more than that").isEqualTo(first);
    Set<Long> hedges = ConcurrentHashMap.newKeySet();
    for (int bit = 0; bit < plain.length * 8; bit++) {
      RecordSession clone = new RecordSession(key, session.salt(), 41);
      byte[] sealed = clone.seal(BOUND, Fixtures.flipped(plain, bit));
      assertThat(counter(sealed)).isEqualTo(42);
      hedges.add(hedge(sealed));
    }
    byte[] otherBound = new RecordSession(key, session.salt(), 41).seal(new byte[] {1, 2}, plain);
    hedges.add(hedge(otherBound));
    hedges.add(hedge(first));
    assertThat(hedges).hasSize(plain.length * 8 + 2);
    assertThat(session.open(BOUND, first)).isEqualTo(plain);
  }

  private static long counter(byte[] sealed) {
    return ByteBuffer.wrap(sealed).getLong() >>> Short.SIZE;
  }

  private static long hedge(byte[] sealed) {
    return ByteBuffer.wrap(sealed).getLong(4) & ((1L << 48) - 1);
  }
}
