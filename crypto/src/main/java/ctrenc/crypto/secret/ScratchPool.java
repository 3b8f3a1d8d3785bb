package ctrenc.crypto.secret;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lends objects that are costly to make and serve one thread at a time. Lock-free and without
 * allocation when warm: a thread finds what it gave back last. Thread-safe. For the packages of
 * this module.
 */
public final class ScratchPool<T> {

  private static final int SLOTS = 64;
  // Neighbouring slots would share a cache line.
  private static final int STRIDE = 16;

  private final AtomicReferenceArray<@Nullable T> slots =
      new AtomicReferenceArray<>(SLOTS * STRIDE);
  private final Supplier<T> maker;

  public ScratchPool(Supplier<T> maker) {
    this.maker = maker;
  }

  /** One for the caller alone. */
  public T take() {
    T idle = slots.getAndSet(slot(), null);
    return idle != null ? idle : maker.get();
  }

  /**
   * Gives it back; if another thread was faster, it is left to the collector after {@code surplus}
   * has seen it.
   */
  public void give(T used, Consumer<T> surplus) {
    T displaced = slots.getAndSet(slot(), used);
    if (displaced != null) {
      surplus.accept(displaced);
    }
  }

  /** Hands every idle object to {@code last}. What is lent at this moment is not among them. */
  public void drain(Consumer<T> last) {
    for (int i = 0; i < SLOTS; i++) {
      T idle = slots.getAndSet(i * STRIDE, null);
      if (idle != null) {
        last.accept(idle);
      }
    }
  }

  private static int slot() {
    return (int) (Thread.currentThread().threadId() & (SLOTS - 1)) * STRIDE;
  }
}
