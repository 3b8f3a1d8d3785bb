package ctrenc.crypto.extent;

import ctrenc.crypto.CryptoException;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.SecretMemory;
import java.util.UUID;

/**
 * Makes the VM compile the ciphers before data comes. Only code that its best compiler has been
 * over reaches the processor's AES instructions: until then a MiB takes 40 ms instead of one, and
 * by data alone that lasts for the first hundred MiB. What counts is calls, not bytes, so small
 * extents under a key that is then thrown away do it in a fraction of a second.
 */
public final class Rehearsal {

  /** Above the VM's threshold, at which a method with loops is worth its best compiler. */
  private static final int CALLS = 20_000;

  /** Long enough for the ciphers' loops over blocks. */
  private static final int LENGTH = 512;

  private Rehearsal() {}

  /** Seals and opens; stops early if the thread is interrupted. */
  public static void run(SecretMemory memory) {
    try (NonceHedge hedge = NonceHedge.start(memory, Entropy.system());
        ExtentSealer sealer = new ExtentSealer(hedge, Suite.CURRENT);
        ChunkScratch scratch = new ChunkScratch();
        LayerKey key = LayerKey.random(memory, Entropy.system(), new UUID(0, 0))) {
      byte[] plain = new byte[LENGTH];
      byte[] sealed = new byte[Suite.CURRENT.sealedLength(LENGTH)];
      for (int call = 0; call < CALLS && !Thread.currentThread().isInterrupted(); call++) {
        ExtentSeal seal = sealer.seal(key, call, plain, 0, LENGTH, sealed, 0);
        try (ExtentOpener opener = ExtentOpener.open(key, call, LENGTH, seal)) {
          opener.openChunk(0, sealed, 0, plain, 0, scratch);
        }
      }
    } catch (CryptoException e) {
      throw new IllegalStateException("what was just sealed does not open", e);
    }
  }
}
