package ctrenc.overlay.meta;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The hooks of one metadata store, and the first failure of any of them. Thread-safe. */
final class FlushHooks {

  private final List<FlushHook> hooks = new CopyOnWriteArrayList<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  void add(FlushHook hook) {
    hooks.add(hook);
  }

  void remove(FlushHook hook) {
    hooks.remove(hook);
  }

  /**
   * Runs all hooks; a failure is kept for {@link #check}, because a flush that has begun cannot be
   * refused.
   */
  void run() {
    for (FlushHook hook : hooks) {
      try {
        hook.beforeFlush();
      } catch (IOException | RuntimeException e) {
        failure.compareAndSet(null, e);
      }
    }
  }

  void check() throws IOException {
    Throwable first = failure.get();
    if (first != null) {
      throw new IOException(
          "What records point at could not be made durable; the metadata store takes no more changes.",
          first);
    }
  }
}
