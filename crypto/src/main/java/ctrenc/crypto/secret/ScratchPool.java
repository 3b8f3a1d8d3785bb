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

  /** A power of two, several times the threads that can run at once. */
  private static final int SLOTS =
      Integer.highestOneBit(Math.max(2, Runtime.getRuntime().availableProcessors())) * 8;

  /** How many slots a thread looks at, its own first, before it makes or drops an object. */
  private static final int PROBES = 4;

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
    for (int probe = 0; probe < PROBES; probe++) {
      int slot = slot(probe);
      T idle = slots.get(slot) == null ? null : slots.getAndSet(slot, null);
      if (idle != null) {
        return idle;
      }
    }
    return maker.get();
  }

  /** Gives it back; where there is no room, {@code surplus} sees it before the collector does. */
  public void give(T used, Consumer<T> surplus) {
    for (int probe = 0; probe < PROBES; probe++) {
      if (slots.compareAndSet(slot(probe), null, used)) {
        return;
      }
    }
    surplus.accept(used);
  }

  /** Hands every idle object to {@code last}. What is lent at this moment is not among them. */
  public void drain(Consumer<T> last) {
    for (int slot = 0; slot < slots.length(); slot += STRIDE) {
      T idle = slots.getAndSet(slot, null);
      if (idle != null) {
        last.accept(idle);
      }
    }
  }

  private static int slot(int probe) {
    return (int) ((Thread.currentThread().threadId() + probe) & (SLOTS - 1)) * STRIDE;
  }
}
