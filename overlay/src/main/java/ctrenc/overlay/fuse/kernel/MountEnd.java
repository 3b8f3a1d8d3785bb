package ctrenc.overlay.fuse.kernel;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends a mount that threads of this process serve: in order if it can be, by force if not. */
public final class MountEnd {

  private static final Logger LOG = LoggerFactory.getLogger(MountEnd.class);

  /** How long an aborted connection may take to end: only answers in the making are left. */
  private static final Duration AFTER_ABORT = Duration.ofSeconds(10);

  /** The threads that serve a mount. */
  public interface Serving {

    boolean isServed();

    /** False if some thread still serves when the time is over. */
    boolean awaitEnd(Duration patience) throws InterruptedException;
  }

  private final MountPoint mountPoint;
  private final long connection;
  private final Serving serving;

  public MountEnd(MountPoint mountPoint, long connection, Serving serving) {
    this.mountPoint = mountPoint;
    this.connection = connection;
    this.serving = serving;
  }

  /**
   * As {@link ctrenc.overlay.fuse.Mount#unmount}.
   *
   * @throws IOException when written data could not be taken over, or the mount would not end even
   *     by force
   */
  public void unmount(Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    if (!serving.isServed()) {
      return;
    }
    IOException lostWrites = flush(until(deadline));
    boolean isDetached = detach(until(deadline));
    if (!awaitThreads(until(deadline))) {
      endByForce(isDetached);
    }
    if (lostWrites != null) {
      throw new IOException(
          "%s was unmounted, but not all that was written there could be stored."
              .formatted(mountPoint.directory()),
          lostWrites);
    }
  }

  /** As {@link ctrenc.overlay.fuse.Mount#leave}. */
  public void leave(Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    mountPoint.flush(connection, until(deadline));
    mountPoint.detach(connection, until(deadline));
  }

  private void endByForce(boolean isDetached) throws IOException {
    LOG.atWarn()
        .addKeyValue("mount", mountPoint.directory())
        .addKeyValue("connection", connection)
        .log("A mount is still in use and is ended by force");
    ConnectionControl.abort(connection);
    // Now that nothing can hang any more, what did not answer before can be taken out of the tree.
    boolean isGone = isDetached || detach(AFTER_ABORT);
    if (!awaitThreads(AFTER_ABORT) || !isGone) {
      throw new IOException("%s did not end, even by force.".formatted(mountPoint.directory()));
    }
  }

  private boolean detach(Duration patience) throws InterruptedIOException {
    try {
      mountPoint.detach(connection, patience);
      return true;
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("mount", mountPoint.directory())
          .setCause(e)
          .log("A mount could not be detached");
      return false;
    }
  }

  private @Nullable IOException flush(Duration patience) throws InterruptedIOException {
    try {
      mountPoint.flush(connection, patience);
      return null;
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      return e;
    }
  }

  private boolean awaitThreads(Duration patience) throws InterruptedIOException {
    try {
      return serving.awaitEnd(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a mount was ending");
    }
  }

  private static Duration until(long deadline) {
    return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
  }
}
