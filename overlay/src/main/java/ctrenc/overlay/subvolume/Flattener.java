package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.EncryptedLayer;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.union.LayerMerger;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Carries out flattenings: merges the layers, puts the one they become in their place, and removes
 * those that nobody holds any more. Thread-safe.
 *
 * <p>The merged layer is durable before one catalog change puts it on the stack. After a crash
 * before that the stack is the old one and the merge goes on; after it the stack is the new one,
 * and the next opening removes what is left of the old layers.
 */
final class Flattener {

  private final StoreParts parts;
  private final Catalog catalog;
  private final OpenStacks open;
  private final StackOpener opener;
  private final LayerRemover remover;

  Flattener(
      StoreParts parts,
      Catalog catalog,
      OpenStacks open,
      StackOpener opener,
      LayerRemover remover) {
    this.parts = parts;
    this.catalog = catalog;
    this.open = open;
    this.opener = opener;
    this.remover = remover;
  }

  /** What a layer takes in segment files. */
  long storedBytes(long number) throws IOException {
    LayerRecord layer = catalog.layer(number);
    boolean isEncrypted = layer.kind() == LayerRecord.Kind.ENCRYPTED;
    return isEncrypted ? parts.extents().storedBytes(layer) : 0;
  }

  /** Returns how much less the store takes afterwards. */
  long run(FlattenRecord flatten, FlattenJob watch) throws IOException {
    UUID id = flatten.subvolume();
    List<SubvolumeRecord.Level> stack = catalog.requireLiving(id).stack();
    List<Long> acquired = new ArrayList<>();
    try {
      StackOpener.Acquired below =
          opener.acquireAll(id, stack.subList(place(flatten, stack), stack.size()), acquired::add);
      List<Layer> layers = below.layers().subList(0, flatten.merged().size());
      EncryptedLayer target = (EncryptedLayer) opener.acquire(id, flatten.target(), 0);
      acquired.add(flatten.target().layer());
      merge(flatten, layers, below.ceiling(), target, watch);
      takeOverHeads(layers, target);
      swap(flatten, layers, target);
    } finally {
      opener.releaseAll(acquired);
    }
    return settle(flatten);
  }

  private void merge(
      FlattenRecord flatten,
      List<Layer> layers,
      long ceiling,
      EncryptedLayer target,
      FlattenJob watch)
      throws IOException {
    if (target.inodeCeiling() == 0) {
      target.numberBelow(ceiling);
    }
    List<EncryptedLayer> encrypted =
        layers.stream()
            .filter(EncryptedLayer.class::isInstance)
            .map(EncryptedLayer.class::cast)
            .toList();
    long[] inUse = inUse(flatten.subvolume(), encrypted);
    if (flatten.withBase()) {
      LayerMerger.whole(layers, target, inUse, watch);
    } else {
      LayerMerger.above(encrypted, target, inUse, watch);
    }
  }

  /** HEADs that were given out of the merged layers are still met. */
  private static void takeOverHeads(List<Layer> layers, EncryptedLayer target) throws IOException {
    for (Layer layer : layers) {
      if (layer instanceof EncryptedLayer merged) {
        target.heads().takeOver(merged.heads());
      }
    }
    target.sync();
  }

  /**
   * The inodes that may be needed without a name. A subvolume that is not open may be one whose
   * users wait for it to go on, so all that had lost their name are kept.
   */
  private long[] inUse(UUID subvolume, List<EncryptedLayer> layers) throws IOException {
    Optional<OpenStack> stack = open.find(subvolume);
    if (stack.isPresent()) {
      return stack.get().fileSystem().inUse();
    }
    List<Long> nameless = new ArrayList<>();
    for (EncryptedLayer layer : layers) {
      layer.orphans(nameless::add);
    }
    return nameless.stream().mapToLong(Long::longValue).toArray();
  }

  private void swap(FlattenRecord flatten, List<Layer> layers, EncryptedLayer target)
      throws IOException {
    synchronized (open.guard(flatten.subvolume())) {
      Optional<OpenStack> stack = open.find(flatten.subvolume());
      try {
        if (stack.isPresent()) {
          swap(flatten, layers, target, stack.get());
        } else {
          commit(flatten);
        }
      } catch (ClosedMeanwhileException e) {
        // Nobody opens it as long as the guard is held.
        commit(flatten);
      }
      catalog.sync();
    }
  }

  private void swap(
      FlattenRecord flatten, List<Layer> layers, EncryptedLayer target, OpenStack stack)
      throws IOException {
    long number = flatten.target().layer();
    opener.acquire(flatten.subvolume(), flatten.target(), 0);
    boolean[] isSwapped = new boolean[1];
    try {
      stack
          .fileSystem()
          .replace(
              layers,
              target,
              () -> {
                stack.replace(flatten.merged(), number, () -> commit(flatten));
                isSwapped[0] = true;
              });
    } finally {
      opener.releaseAll(isSwapped[0] ? flatten.merged() : List.of(number));
    }
  }

  private void commit(FlattenRecord flatten) throws IOException {
    catalog.change(
        edit -> {
          SubvolumeRecord before = catalog.requireLiving(flatten.subvolume());
          List<SubvolumeRecord.Level> stack = new ArrayList<>(before.stack());
          int at = place(flatten, stack);
          stack.subList(at, at + flatten.merged().size()).clear();
          stack.add(at, flatten.target());
          for (long merged : flatten.merged()) {
            edit.release(merged);
          }
          edit.finish(flatten);
          SubvolumeRecord after = before.with(List.copyOf(stack));
          edit.put(flatten.withBase() ? after.on(new Base.Empty()) : after);
          return stack;
        });
  }

  /** Where the merged layers begin in a stack: what came since lies above them. */
  private static int place(FlattenRecord flatten, List<SubvolumeRecord.Level> stack) {
    List<Long> numbers = stack.stream().map(SubvolumeRecord.Level::layer).toList();
    int at = Collections.indexOfSubList(numbers, flatten.merged());
    if (at < 0) {
      throw new IllegalStateException("the merged layers are not in the stack any more");
    }
    return at;
  }

  private long settle(FlattenRecord flatten) throws IOException {
    long freed = -storedBytes(flatten.target().layer());
    for (long merged : flatten.merged()) {
      if (catalog.layer(merged).state() == LayerRecord.State.DOOMED) {
        freed += storedBytes(merged);
      }
    }
    remover.removeDoomed(flatten.merged());
    return freed;
  }
}
