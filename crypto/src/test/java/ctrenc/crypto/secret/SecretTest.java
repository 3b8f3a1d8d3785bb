package ctrenc.crypto.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.Fixtures;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SecretTest {

  private static final RawKeyAccess ACCESS = RawKeyAccess.grant();

  /** Remembers what it gave, and what was in it when it came back. */
  private static final class WatchedMemory implements SecretMemory {
    final SecretMemory memory = SecretMemory.plain();
    final List<MemorySegment> given = new ArrayList<>();
    final List<byte[]> returned = new ArrayList<>();

    @Override
    public MemorySegment allocate(long size) {
      given.add(memory.allocate(size));
      return given.getLast();
    }

    @Override
    public void release(MemorySegment segment) {
      returned.add(segment.toArray(ValueLayout.JAVA_BYTE));
      memory.release(segment);
    }
  }

  @Test
  void takingMovesTheBytes() {
    byte[] source = {1, 2, 3, 4, 5};
    try (Secret secret = Secret.take(Fixtures.MEMORY, source, 1, 3)) {
      assertThat(source).containsExactly(1, 0, 0, 0, 5);
      assertThat(secret.length()).isEqualTo(3);
      byte[] target = new byte[5];
      secret.copyTo(target, 2, ACCESS);
      assertThat(target).containsExactly(0, 0, 2, 3, 4);
    }
  }

  @Test
  void takingWipesTheSourceAlsoWhenItFails() {
    byte[] tooLong = new byte[SecretMemory.MAX_SIZE + 1];
    Arrays.fill(tooLong, (byte) 7);
    assertThatThrownBy(() -> Secret.take(Fixtures.MEMORY, tooLong))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(tooLong).containsOnly(0);
  }

  @Test
  void randomAsksTheEntropyForTheWholeLengthAndWipesItsArray() {
    AtomicReference<byte[]> filled = new AtomicReference<>(new byte[0]);
    Entropy watched =
        target -> {
          Arrays.fill(target, (byte) 9);
          filled.set(target);
        };
    try (Secret secret = Secret.random(Fixtures.MEMORY, watched, 32)) {
      assertThat(filled.get()).hasSize(32).containsOnly(0);
      assertThat(secret.<byte[], RuntimeException>use(ACCESS, byte[]::clone)).containsOnly(9);
    }
  }

  @Test
  void useWipesTheCopyAlsoWhenItThrows() {
    try (Secret secret = Fixtures.secret(1, 32)) {
      byte[] lent = secret.use(ACCESS, key -> key);
      assertThat(lent).hasSize(32).containsOnly(0);
      AtomicReference<byte[]> leaked = new AtomicReference<>(new byte[0]);
      assertThatThrownBy(
              () ->
                  secret.use(
                      ACCESS,
                      key -> {
                        leaked.set(key);
                        throw new IllegalArgumentException("expected");
                      }))
          .hasMessage("expected");
      assertThat(leaked.get()).hasSize(32).containsOnly(0);
    }
  }

  @Test
  void closingZeroesTheMemoryBeforeItIsGivenBack() {
    WatchedMemory memory = new WatchedMemory();
    Secret secret = Secret.random(memory, Fixtures.FROZEN, 32);
    MemorySegment bytes = memory.given.getFirst();
    assertThat(bytes.asSlice(0, 32).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5A);
    secret.close();
    assertThat(memory.returned).hasSize(1);
    assertThat(memory.returned.getFirst()).containsOnly(0);
    secret.close();
    assertThat(memory.returned).as("closed twice, given back once").hasSize(1);
  }

  @Test
  void everyUseAfterCloseFails() {
    Secret secret = Fixtures.secret(1, 32);
    Secret other = Fixtures.secret(1, 32);
    javax.crypto.SecretKey key = secret.asKey("AES", ACCESS);
    secret.close();
    assertThatThrownBy(() -> secret.copyTo(new byte[32], 0, ACCESS))
        .isInstanceOf(SecretClosedException.class);
    assertThatThrownBy(() -> secret.use(ACCESS, bytes -> bytes.length))
        .isInstanceOf(SecretClosedException.class);
    assertThatThrownBy(secret::copy).isInstanceOf(SecretClosedException.class);
    assertThatThrownBy(() -> other.matches(secret)).isInstanceOf(SecretClosedException.class);
    assertThatThrownBy(key::getEncoded).isInstanceOf(SecretClosedException.class);
    assertThat(secret.length()).isEqualTo(32);
  }

  @Test
  void aCopyLivesOn() {
    Secret secret = Fixtures.secret(1, 32);
    try (Secret copy = secret.copy();
        Secret same = Fixtures.secret(1, 32)) {
      secret.close();
      assertThat(copy.matches(same)).isTrue();
    }
  }

  @Test
  void matchesComparesBytesAndLength() {
    try (Secret secret = Fixtures.secret(1, 32);
        Secret same = Fixtures.secret(1, 32);
        Secret other = Fixtures.secret(2, 32);
        Secret shorter = Fixtures.secret(1, 31)) {
      assertThat(secret.matches(same)).isTrue();
      assertThat(secret.matches(secret)).isTrue();
      assertThat(secret.matches(other)).isFalse();
      assertThat(secret.matches(shorter)).isFalse();
    }
  }

  @Test
  void printingShowsTheLengthAlone() {
    try (Secret secret = Secret.take(Fixtures.MEMORY, new byte[] {65, 66, 67})) {
      assertThat(secret).hasToString("Secret[3 bytes]");
      assertThat(secret.asKey("AES", ACCESS)).hasToString("TransientKey[AES, Secret[3 bytes]]");
    }
  }

  @Test
  void readersSeeTheWholeKeyOrTheCloseNeverHalfOfBoth() throws InterruptedException {
    for (int round = 0; round < 200; round++) {
      Secret secret = Secret.random(Fixtures.MEMORY, Fixtures.FROZEN, 32);
      CountDownLatch reading = new CountDownLatch(2);
      AtomicInteger torn = new AtomicInteger();
      Runnable reader =
          () -> {
            byte[] copy = new byte[32];
            try {
              while (true) {
                secret.copyTo(copy, 0, ACCESS);
                reading.countDown();
                for (byte b : copy) {
                  torn.addAndGet(b == 0x5A ? 0 : 1);
                }
              }
            } catch (SecretClosedException closed) {
              return;
            }
          };
      Thread first = Thread.ofPlatform().start(reader);
      Thread second = Thread.ofPlatform().start(reader);
      reading.await();
      secret.close();
      first.join();
      second.join();
      assertThat(torn).hasValue(0);
    }
  }
}
