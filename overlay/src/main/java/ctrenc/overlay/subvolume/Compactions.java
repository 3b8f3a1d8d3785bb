package ctrenc.overlay.subvolume;

import ctrenc.overlay.extent.CompactionNeed;
import ctrenc.overlay.extent.CompactionResult;
import ctrenc.overlay.extent.CompactionRule;
import ctrenc.overlay.extent.CompactionWatch;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Compacts layers of a store, one after the other and one call at a time: the disk gains nothing by
 * more. A layer that is doomed meanwhile is let go at the next step. Thread-safe.
 */
final class Compactions implements AutoCloseable {

  private final StoreParts parts;
  private final Catalog catalog;
  private final LayerRemover remover;
  private final ReentrantLock working = new ReentrantLock();
  private volatile Optional<Pace> current = Optional.empty();
  private volatile boolean closed;

  Compactions(StoreParts parts, Catalog catalog, LayerRemover remover) {
    this.parts = parts;
    this.catalog = catalog;
    this.remover = remover;
  }

  /** Of encrypted layers that live. */
  CompactionNeed need(List<LayerRecord> layers, CompactionRule rule) throws IOException {
    CompactionNeed sum = new CompactionNeed(0, 0);
    for (LayerRecord layer : layers) {
      sum = sum.plus(parts.extents().compactionNeed(layer, rule));
    }
    return sum;
  }

  /** Waits for one that is under way, and takes its turn. */
  CompactionResult run(
      List<LayerRecord> layers, CompactionRule rule, Pace pace, CompactionWatch watch)
      throws IOException {
    working.lock();
    try {
      requireOpen();
      current = Optional.of(pace);
      CompactionResult sum = CompactionResult.nothing();
      for (LayerRecord layer : layers) {
        requireOpen();
        sum = sum.plus(compact(layer, rule, pace, watch));
      }
      return sum;
    } finally {
      current = Optional.empty();
      working.unlock();
    }
  }

  /** Work that moves extents of layers, which stay meanwhile, beside no compaction. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException;
  }

  /** Does other work of the kind in its turn. */
  void alone(List<LayerRecord> layers, Work work) throws IOException {
    List<Long> pinned = layers.stream().map(LayerRecord::number).toList();
    working.lock();
    remover.pin(pinned);
    try {
      requireOpen();
      work.run();
    } finally {
      working.unlock();
      remover.unpin(pinned);
    }
  }

  private CompactionResult compact(
      LayerRecord layer, CompactionRule rule, Pace pace, CompactionWatch watch) throws IOException {
    List<Long> pinned = List.of(layer.number());
    remover.pin(pinned);
    try {
      // Opening the files of a layer costs more than this look at its map.
      boolean isNeeded = isLiving(layer) && parts.extents().compactionNeed(layer, rule).files() > 0;
      return isNeeded
          ? parts.extents().compact(layer, rule, pace, new Watch(layer, watch))
          : CompactionResult.nothing();
    } catch (LayerGoneException e) {
      return CompactionResult.nothing();
    } finally {
      remover.unpin(pinned);
    }
  }

  private boolean isLiving(LayerRecord layer) {
    return catalog
        .find(layer.number())
        .filter(now -> now.state() == LayerRecord.State.LIVE)
        .isPresent();
  }

  private void requireOpen() throws InterruptedIOException {
    if (closed) {
      throw new InterruptedIOException("The store is being closed.");
    }
  }

  /** Returns when none is under way any more, and none will be. */
  @Override
  public void close() {
    closed = true;
    current.ifPresent(Pace::cancel);
    working.lock();
    working.unlock();
  }

  /** Gives up where nobody needs the work any more. */
  private final class Watch implements CompactionWatch {
    private final LayerRecord layer;
    private final CompactionWatch told;

    Watch(LayerRecord layer, CompactionWatch told) {
      this.layer = layer;
      this.told = told;
    }

    @Override
    public void moved(long bytes) throws IOException {
      requireOpen();
      if (!isLiving(layer)) {
        throw new LayerGoneException();
      }
      told.moved(bytes);
    }

    @Override
    public void damaged(UUID id, long extent) throws IOException {
      told.damaged(id, extent);
    }
  }

  private static final class LayerGoneException extends IOException {
    private static final long serialVersionUID = 1L;
  }
}
