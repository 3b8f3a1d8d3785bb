package ctrenc.overlay.subvolume;

import ctrenc.overlay.extent.LayerFolder;
import ctrenc.overlay.layer.LayerRange;
import ctrenc.overlay.meta.MetaBatch;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Removes the records and files of layers that nobody refers to. What a crash interrupts is
 * finished at the next open, because the catalog forgets a layer last. Thread-safe.
 */
final class LayerRemover {

  private final StoreParts parts;
  private final Catalog catalog;
  private final TreeFolder trees;
  private final Map<Long, Integer> pins = new HashMap<>();
  private final ReentrantLock removing = new ReentrantLock();

  LayerRemover(StoreParts parts, Catalog catalog, TreeFolder trees) {
    this.parts = parts;
    this.catalog = catalog;
    this.trees = trees;
  }

  /**
   * Removes those of the layers that are doomed. Two that let go of one at the same time both come
   * here with it: the second finds it gone.
   */
  void removeDoomed(List<Long> layers) throws IOException {
    removing.lock();
    try {
      for (long number : layers) {
        Optional<LayerRecord> layer = catalog.find(number);
        if (layer.isPresent()
            && layer.get().state() == LayerRecord.State.DOOMED
            && !isPinned(number)) {
          remove(layer.get());
        }
      }
    } finally {
      removing.unlock();
    }
  }

  /** Lets layers stay, also when they are doomed, until they are unpinned as often. */
  synchronized void pin(List<Long> layers) {
    layers.forEach(number -> pins.merge(number, 1, Integer::sum));
  }

  /** Removes those that were doomed meanwhile. */
  void unpin(List<Long> layers) throws IOException {
    synchronized (this) {
      layers.forEach(number -> pins.computeIfPresent(number, (same, n) -> n == 1 ? null : n - 1));
    }
    removeDoomed(layers);
  }

  private synchronized boolean isPinned(long number) {
    return pins.containsKey(number);
  }

  /**
   * Finishes what the last process left: half-built layers that nobody goes on with, doomed ones,
   * and trees and segment files whose layer the catalog never knew or lost with the power.
   *
   * @param kept half-built layers that wait for the rest
   */
  void removeLeftovers(Set<Long> kept) throws IOException {
    Set<String> claimed = new HashSet<>();
    Set<LayerFolder> ownerless = new HashSet<>(parts.extents().layers());
    Set<Long> growing = new HashSet<>(kept);
    catalog.flattens().forEach(flatten -> growing.add(flatten.target().layer()));
    for (LayerRecord layer : catalog.layers()) {
      if (layer.state() != LayerRecord.State.LIVE && !growing.contains(layer.number())) {
        remove(layer);
      } else if (layer.kind() == LayerRecord.Kind.IMAGE_TREES) {
        claimed.addAll(layer.trees());
      }
      ownerless.remove(layer.folder());
    }
    trees.removeUnclaimed(claimed);
    for (LayerFolder layer : ownerless) {
      parts.extents().remove(layer);
    }
  }

  /** Forgets the index of a layer that was not finished; its trees stay. */
  void removeIndex(LayerRecord layer) throws IOException {
    removeRecords(layer);
    catalog.change(
        edit -> {
          edit.removeLayer(layer.number());
          return layer;
        });
  }

  /** Removes what a layer has, and forgets it. Nobody refers to it or has it open. */
  void remove(LayerRecord layer) throws IOException {
    switch (layer.kind()) {
      case ENCRYPTED -> parts.extents().remove(layer.folder());
      case IMAGE_TREES -> {
        for (String tree : layer.trees()) {
          trees.remove(tree);
        }
      }
      case HOST_TREE, SHARED_TREES -> {
        // The directories are not ours; the index alone goes.
      }
    }
    removeIndex(layer);
  }

  private void removeRecords(LayerRecord layer) throws IOException {
    try (MetaBatch batch = parts.meta().batch()) {
      LayerRange.delete(batch, layer.number());
      parts.meta().commit(batch);
    }
  }
}
