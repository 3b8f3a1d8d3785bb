package ctrenc.overlay.extent;

import ctrenc.crypto.extent.ChunkScratch;
import ctrenc.crypto.extent.ExtentSealer;
import ctrenc.crypto.extent.NonceHedge;
import ctrenc.crypto.extent.Suite;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * What one thread needs to seal or open an extent: ciphers, heap arrays for them and off-heap
 * memory for the kernel, which grow to what was needed. Not thread-safe.
 */
final class Workspace {

  /** Plaintext bytes that are opened between two copies, in whole chunks of every suite. */
  static final int PIECE = 16 * 1024;

  private static final int FIRST_LENGTH = 64 << 10;

  private final ExtentSealer sealer;
  private final ChunkScratch chunks = new ChunkScratch();
  private final byte[] sealedPiece = new byte[Suite.CHUNKS_OF_4_KIB.sealedLength(PIECE)];
  private final byte[] plainPiece = new byte[PIECE];
  private byte[] sealed = new byte[0];
  private MemorySegment memory = MemorySegment.NULL;
  private int generation;

  Workspace(NonceHedge hedge, Suite suite, int generation) {
    this.sealer = new ExtentSealer(hedge, suite);
    this.generation = generation;
  }

  ExtentSealer sealer() {
    return sealer;
  }

  ChunkScratch chunks() {
    return chunks;
  }

  byte[] sealedPiece() {
    return sealedPiece;
  }

  byte[] plainPiece() {
    return plainPiece;
  }

  /** At least {@code length} bytes of heap for a whole sealed extent. */
  byte[] sealed(int length) {
    if (sealed.length < length) {
      sealed = new byte[grown(length)];
    }
    return sealed;
  }

  /** Exactly {@code length} bytes of off-heap memory. */
  MemorySegment memory(int length) {
    if (memory.byteSize() < length) {
      memory = Arena.ofAuto().allocate(grown(length), Long.BYTES);
    }
    return memory.asSlice(0, length);
  }

  int generation() {
    return generation;
  }

  void forget(int now) {
    sealer.close();
    chunks.close();
    Arrays.fill(plainPiece, (byte) 0);
    generation = now;
  }

  private static int grown(int length) {
    return Math.max(FIRST_LENGTH, length <= 1 ? 1 : Integer.highestOneBit(length - 1) << 1);
  }
}
