package ctrenc.overlay.fuse.uring;

import ctrenc.overlay.fuse.kernel.RequestPath;
import ctrenc.overlay.fuse.kernel.ServedConnection;
import ctrenc.overlay.fuse.kernel.Vigil;
import ctrenc.overlay.sys.ProcessorCount;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Requests by io_uring. The threads begin with the first mount. Thread-safe. */
final class RingPath implements RequestPath {

  /**
   * The most bytes of one request or answer. Each entry has memory for so many, of which the
   * machine gives what was ever used; larger requests gain nothing here, because their bytes are
   * copied once more than by /dev/fuse.
   */
  static final int MAX_TRANSFER = 256 << 10;

  /** The most entries of one mount, and of one processor's queue. */
  private static final int MAX_ENTRIES = 64;

  private static final int MAX_DEPTH = 8;
  private static final int MIN_DEPTH = 2;

  private final int workers;
  private final Optional<Vigil> vigil;
  private @Nullable RingThreads threads;

  RingPath(int workers, Optional<Vigil> vigil) {
    this.workers = workers;
    this.vigil = vigil;
  }

  @Override
  public Terms terms() throws IOException {
    RingSupport.require();
    return Terms.ofRing(MAX_TRANSFER);
  }

  @Override
  public void serve(ServedConnection connection) throws IOException {
    // Each processor has a queue, though it may be absent now.
    int queues = ProcessorCount.possible();
    int depth = Math.clamp(MAX_ENTRIES / queues, MIN_DEPTH, MAX_DEPTH);
    new RingConnection(connection, threads()).begin(queues, depth);
  }

  private synchronized RingThreads threads() throws SystemCallException {
    RingThreads begun = threads;
    if (begun == null) {
      begun = new RingThreads(workers, vigil);
      threads = begun;
    }
    return begun;
  }

  @Override
  public synchronized void close() throws SystemCallException {
    if (threads != null) {
      threads.close();
    }
  }
}
