package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.fuse.Passthrough;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A mount that threads of this process serve by the kernel's protocol. */
final class KernelMount implements Mount {

  private static final Logger LOG = LoggerFactory.getLogger(KernelMount.class);
  private static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(10);

  /** How long an aborted connection may take to end: only answers in the making are left. */
  private static final Duration AFTER_ABORT = Duration.ofSeconds(10);

  private static final Duration FOR_A_REQUEST = Duration.ofSeconds(1);

  private final MountPoint mountPoint;
  private final long connectionNumber;
  private final Notifier notifier;
  private final ServedConnection served;
  private final ImageFiles images;
  private final WorkerPool pool;

  KernelMount(
      MountPoint mountPoint,
      long connectionNumber,
      Notifier notifier,
      ServedConnection served,
      ImageFiles images,
      WorkerPool pool) {
    this.mountPoint = mountPoint;
    this.connectionNumber = connectionNumber;
    this.notifier = notifier;
    this.served = served;
    this.images = images;
    this.pool = pool;
  }

  @Override
  public Path directory() {
    return mountPoint.directory();
  }

  @Override
  public long connection() {
    return connectionNumber;
  }

  /** How many requests of an operation came. */
  long served(Operation operation) {
    return served.served(operation);
  }

  @Override
  public List<Descriptor> descriptors() {
    return served.descriptors();
  }

  @Override
  public boolean isServing() {
    return served.isServed();
  }

  @Override
  public Passthrough passthrough() {
    return images.state();
  }

  @Override
  public void invalidateInode(long inode, long offset, long length) throws IOException {
    notifier.invalidateInode(inode, offset, length);
    notifier.invalidateInode(NodeId.served(inode), offset, length);
  }

  @Override
  public void invalidateEntry(long parent, Name name) throws IOException {
    notifier.invalidateEntry(parent, name);
  }

  /**
   * @throws IOException when written data could not be taken over, or the mount would not end even
   *     by force
   */
  @Override
  public void unmount(Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    if (!isServing()) {
      return;
    }
    IOException lostWrites = flush(until(deadline));
    boolean isDetached = detach(until(deadline));
    if (!awaitWorkers(until(deadline))) {
      endByForce(isDetached);
    }
    if (lostWrites != null) {
      throw new IOException(
          "%s was unmounted, but not all that was written there could be stored."
              .formatted(directory()),
          lostWrites);
    }
  }

  @Override
  public void leave(Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    mountPoint.flush(connectionNumber, until(deadline));
    mountPoint.detach(connectionNumber, until(deadline));
  }

  @Override
  public void wipe() throws IOException {
    try {
      pool.wipe(FOR_A_REQUEST);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the memory of requests was erased");
    }
  }

  private void endByForce(boolean isDetached) throws IOException {
    LOG.atWarn()
        .addKeyValue("mount", directory())
        .addKeyValue("connection", connectionNumber)
        .log("A mount is still in use and is ended by force");
    ConnectionControl.abort(connectionNumber);
    // Now that nothing can hang any more, what did not answer before can be taken out of the tree.
    boolean isGone = isDetached || detach(AFTER_ABORT);
    if (!awaitWorkers(AFTER_ABORT) || !isGone) {
      throw new IOException("%s did not end, even by force.".formatted(directory()));
    }
  }

  private boolean detach(Duration patience) throws InterruptedIOException {
    try {
      mountPoint.detach(connectionNumber, patience);
      return true;
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("mount", directory())
          .setCause(e)
          .log("A mount could not be detached");
      return false;
    }
  }

  private @Nullable IOException flush(Duration patience) throws InterruptedIOException {
    try {
      mountPoint.flush(connectionNumber, patience);
      return null;
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      return e;
    }
  }

  @Override
  public void close() throws IOException {
    unmount(DEFAULT_PATIENCE);
  }

  private boolean awaitWorkers(Duration patience) throws InterruptedIOException {
    try {
      return served.awaitEnd(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a mount was ending");
    }
  }

  private static Duration until(long deadline) {
    return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
  }
}
