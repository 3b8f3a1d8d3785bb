package ctrenc.overlay.layer;

import ctrenc.crypto.secret.Entropy;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes salts that differ even where the generator repeats itself, as it may in a cloned machine:
 * the clock, the process and a counter are hashed into every output. It is for public salts that
 * must never repeat, not for keys: where the generator is whole, the output is as good as the
 * generator's; where it is not, the output is only distinct.
 */
final class HedgedEntropy implements Entropy {

  private final Entropy generator;
  private final AtomicLong calls = new AtomicLong();

  HedgedEntropy(Entropy generator) {
    this.generator = generator;
  }

  @Override
  public void fill(byte[] target) {
    generator.fill(target);
    Instant now = Instant.now();
    ByteBuffer circumstances =
        ByteBuffer.allocate(5 * Long.BYTES)
            .putLong(now.getEpochSecond())
            .putLong(now.getNano())
            .putLong(System.nanoTime())
            .putLong(ProcessHandle.current().pid())
            .putLong(calls.incrementAndGet());
    byte[] source = target.clone();
    int done = 0;
    for (int block = 0; done < target.length; block++) {
      byte[] mixed = hash(source, circumstances.array(), (byte) block);
      int size = Math.min(mixed.length, target.length - done);
      System.arraycopy(mixed, 0, target, done, size);
      done += size;
    }
  }

  private static byte[] hash(byte[] source, byte[] circumstances, byte block) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-512");
      digest.update(block);
      digest.update(circumstances);
      return digest.digest(source);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-512", e);
    }
  }
}
