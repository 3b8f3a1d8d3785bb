package ctrenc.crypto.secret;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongFunction;

/**
 * Where secrets lie: memory outside of the Java heap, so that no collector copies it about.
 * Implementations are thread-safe, and fast, since every opened extent takes a few bytes here.
 */
public interface SecretMemory {

  /** The longest secret, in bytes. */
  int MAX_SIZE = 4096;

  /**
   * At least {@code size} bytes, all zero.
   *
   * @throws IllegalArgumentException if {@code size} is not between 1 and {@link #MAX_SIZE}
   */
  MemorySegment allocate(long size);

  /** Takes back what {@link #allocate} gave. The caller has wiped it, and touches it no more. */
  void release(MemorySegment memory);

  /** Off-heap memory without further protection: it may be swapped out or dumped. */
  static SecretMemory plain() {
    return slab(size -> Arena.ofAuto().allocate(size));
  }

  /**
   * Cuts secrets out of pages. {@code pages} is asked for {@link #MAX_SIZE} zeroed bytes at a time,
   * locked and kept out of dumps if it can; pages are reused for other secrets and never given
   * back.
   */
  static SecretMemory slab(LongFunction<MemorySegment> pages) {
    return new SlabSecretMemory(pages);
  }
}
