package ctrenc.overlay.union;

import ctrenc.overlay.layer.AbsentUpper;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.layer.UpperLayer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The layers of one filesystem: the upper, and the lowers from the top down. Thread-safe. They
 * change only while no operation is inside the {@link Gate}, so an operation may ask several times
 * and is told the same.
 */
final class LayerStack {

  /** The layers from one change of the stack to the next; its identity tells stacks apart. */
  record Layers(UpperLayer upper, List<Layer> lowers, long lowerCeiling, LowerLevels levels) {
    static Layers of(UpperLayer upper, List<Layer> lowers, LowerLevels levels) {
      long ceiling = lowers.stream().mapToLong(Layer::inodeCeiling).max().orElse(0);
      return new Layers(upper, List.copyOf(lowers), ceiling, levels);
    }
  }

  private volatile Layers layers;

  LayerStack(UpperLayer upper, List<Layer> lowers) {
    this.layers = Layers.of(upper, lowers, LowerLevels.of(lowers));
  }

  Layers layers() {
    return layers;
  }

  UpperLayer upper() {
    return layers.upper;
  }

  /** Makes the upper, which is durable, a lower under a fresh one. To be called alone. */
  void push(UpperLayer fresh) {
    Layers before = layers;
    List<Layer> lowers = new ArrayList<>(before.lowers);
    lowers.addFirst(before.upper);
    layers = Layers.of(fresh, lowers, before.levels.under(before.upper));
  }

  /**
   * Puts one layer in the place of neighbouring lowers which show the same together. To be called
   * alone.
   */
  void replace(List<? extends Layer> merged, Layer one) {
    Layers before = layers;
    List<Layer> lowers = new ArrayList<>(before.lowers);
    int at = Collections.indexOfSubList(lowers, merged);
    if (at < 0) {
      throw new IllegalStateException("the layers to replace are not in the stack");
    }
    lowers.subList(at, at + merged.size()).clear();
    lowers.add(at, one);
    layers = Layers.of(before.upper, lowers, LowerLevels.of(lowers));
  }

  /** Lets go of the layers, after the end of the filesystem. */
  void forget() {
    layers = Layers.of(new AbsentUpper(), List.of(), LowerLevels.of(List.of()));
  }

  /** Everything committed so far survives power loss when this returns. */
  void sync() throws IOException {
    layers.upper.sync();
  }

  /** The first inode number that no lower uses. */
  long lowerCeiling() {
    return layers.lowerCeiling;
  }

  /** What the topmost layer that knows an inode says of it. */
  Optional<Found> find(long inode) throws IOException {
    UpperLayer upper = layers.upper;
    Optional<InodeRecord> above = upper.inode(inode);
    if (above.isPresent()) {
      return Optional.of(new Found(above.get(), Optional.of(upper)));
    }
    return lower(inode).map(below -> new Found(below, Optional.empty()));
  }

  /** What the lowers say of an inode. */
  Optional<InodeRecord> lower(long inode) throws IOException {
    Layers now = layers;
    if (inode >= now.lowerCeiling) {
      return Optional.empty();
    }
    for (int level = 0; level < now.lowers.size(); level++) {
      if (now.levels.mayKnow(level, inode)) {
        Optional<InodeRecord> found = now.lowers.get(level).inode(inode);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /** The lowers that show through an inode's upper record, top first. */
  List<LowerPart> parts(long inode) throws IOException {
    Layers now = layers;
    if (inode >= now.lowerCeiling) {
      return List.of();
    }
    List<LowerPart> parts = new ArrayList<>();
    long limit = Long.MAX_VALUE;
    for (int level = 0; level < now.lowers.size(); level++) {
      Layer layer = now.lowers.get(level);
      if (layer.hides(inode)) {
        // What it hides of those below is unknown, so it is the last that is asked.
        parts.add(new LowerPart(layer, now.levels.reach(level), limit));
        break;
      }
      Optional<InodeRecord> found =
          now.levels.mayKnow(level, inode) ? layer.inode(inode) : Optional.empty();
      if (found.isEmpty()) {
        continue;
      }
      InodeRecord inodeRecord = found.get();
      parts.add(new LowerPart(layer, now.levels.reach(level), Math.min(limit, inodeRecord.size())));
      limit = Math.min(limit, inodeRecord.lowerSize());
      boolean last = inodeRecord.isDirectory() ? inodeRecord.opaque() : limit == 0;
      if (last) {
        break;
      }
    }
    return List.copyOf(parts);
  }

  /** A record, and the upper if it has it. */
  record Found(InodeRecord inodeRecord, Optional<UpperLayer> upper) {}
}
