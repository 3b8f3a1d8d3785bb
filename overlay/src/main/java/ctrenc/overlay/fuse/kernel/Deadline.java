package ctrenc.overlay.fuse.kernel;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Runs what touches a mount from outside on a thread of its own, and gives up waiting when the time
 * is over. The thread cannot be stopped: it hangs until the mount answers or is aborted.
 */
final class Deadline {

  private Deadline() {}

  static <T extends @Nullable Object> T call(String what, Duration patience, Callable<T> action)
      throws IOException {
    FutureTask<T> task = new FutureTask<>(action);
    Thread.ofPlatform().name("fuse-" + what).daemon().start(task);
    try {
      return task.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          "The mount does not answer: %s took more than %s.".formatted(what, patience), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a mount: " + what);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException(what + " failed by a bug", e.getCause());
    }
  }
}
