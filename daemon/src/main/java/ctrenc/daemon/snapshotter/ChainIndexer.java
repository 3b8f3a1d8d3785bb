package ctrenc.daemon.snapshotter;

import ctrenc.daemon.log.FactLog;
import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Indexes chains before somebody waits for it. While an image is unpacked, each layer is soon stood
 * on by the next; the one that is not is what containers will be built on. Thread-safe.
 */
final class ChainIndexer implements AutoCloseable {

  private static final FactLog LOG = FactLog.of(ChainIndexer.class);

  /** The next layer's unpacking begins sooner than that. */
  private static final long REST_MILLIS = 300;

  private final SnapshotTable table;
  private final Backings backings;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("ctr-enc-chain-indexer").daemon(true).factory());

  ChainIndexer(SnapshotTable table, Backings backings) {
    this.table = table;
    this.backings = backings;
  }

  /** A chain was committed. */
  void committed(SnapshotTable.Entry top) {
    if (top.snapshot().backing() instanceof Backing.Tree) {
      try {
        timer.schedule(() -> index(top), REST_MILLIS, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        LOG.info("chain is indexed at its first use", "snapshot", top.snapshot().number());
      }
    }
  }

  /** It cannot be removed meanwhile. */
  private void index(SnapshotTable.Entry top) {
    top.guard.lock();
    try {
      if (table.isThere(top) && !table.hasChildren(top)) {
        backings.base(top);
      }
    } catch (IOException | RuntimeException e) {
      LOG.failed("chain could not be indexed", e, "snapshot", top.snapshot().number());
    } finally {
      top.guard.unlock();
    }
  }

  /** Returns when nothing is indexed any more. */
  @Override
  public void close() {
    timer.close();
  }
}
