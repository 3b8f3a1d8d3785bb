package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.Layer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A layer in whichever stack has a key for it in memory, opened for a piece of work at a time: the
 * guard of the subvolume whose key it is is held for that piece alone, and between two the layer
 * may be locked. Thread-safe.
 */
final class OpenedLayer {

  private final StackKeeping stacks;
  private final LayerRecord layer;

  OpenedLayer(StackKeeping stacks, LayerRecord layer) {
    this.stacks = stacks;
    this.layer = layer;
  }

  /** What is done with the open layers of a stack, the top first. */
  @FunctionalInterface
  interface Work<T> {

    /**
     * @param owner whose stack it is
     * @param index of the layer that is meant
     */
    T run(UUID owner, List<Layer> layers, int index) throws IOException;
  }

  /** What comes of work; empty if no key for the layer is in memory. */
  <T> Optional<T> use(Work<T> work) throws IOException {
    for (SubvolumeRecord listed : stacks.catalog().living().toList()) {
      synchronized (stacks.open().guard(listed.id())) {
        Optional<List<SubvolumeRecord.Level>> stack = usable(listed);
        if (stack.isPresent()) {
          return Optional.of(use(listed, stack.get(), work));
        }
      }
    }
    return Optional.empty();
  }

  /** A stack with the layer whose keys are in memory. */
  private Optional<List<SubvolumeRecord.Level>> usable(SubvolumeRecord listed) {
    Optional<SubvolumeRecord> now =
        stacks.catalog().subvolume(listed.id()).filter(one -> !one.doomed());
    if (now.isEmpty() || !stacks.keyring().holds(listed.id())) {
      return Optional.empty();
    }
    return Levels.stacks(stacks.catalog(), now.get()).stream()
        .filter(stack -> indexIn(stack) >= 0)
        .findFirst();
  }

  /** The layer's place in a stack that has a key for it, or -1. */
  private int indexIn(List<SubvolumeRecord.Level> stack) {
    for (int i = 0; i < stack.size(); i++) {
      if (stack.get(i).layer() == layer.number() && stack.get(i).hasKey()) {
        return i;
      }
    }
    return -1;
  }

  private <T> T use(SubvolumeRecord owner, List<SubvolumeRecord.Level> stack, Work<T> work)
      throws IOException {
    List<Long> held = new ArrayList<>();
    try {
      List<Layer> layers = stacks.opener().acquireReadable(owner.id(), stack, held::add).layers();
      return work.run(owner.id(), layers, indexIn(stack));
    } finally {
      stacks.opener().releaseAll(held);
    }
  }
}
