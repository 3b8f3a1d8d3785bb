package ctrenc.overlay.union;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.layer.UpperLayer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The layers of one filesystem: the upper, and the lowers from the top down. Thread-safe. */
final class LayerStack {

  private final UpperLayer upper;
  private final List<Layer> lowers;
  private final long lowerCeiling;

  LayerStack(UpperLayer upper, List<Layer> lowers) {
    this.upper = upper;
    this.lowers = List.copyOf(lowers);
    this.lowerCeiling = lowers.stream().mapToLong(Layer::inodeCeiling).max().orElse(0);
  }

  UpperLayer upper() {
    return upper;
  }

  /** The first inode number that no lower uses. */
  long lowerCeiling() {
    return lowerCeiling;
  }

  /** What the topmost layer that knows an inode says of it. */
  Optional<Found> find(long inode) throws IOException {
    Optional<InodeRecord> above = upper.inode(inode);
    if (above.isPresent()) {
      return Optional.of(new Found(above.get(), true));
    }
    Optional<InodeRecord> below = lower(inode);
    return below.isPresent() ? Optional.of(new Found(below.get(), false)) : Optional.empty();
  }

  /** What the lowers say of an inode. */
  Optional<InodeRecord> lower(long inode) throws IOException {
    if (inode >= lowerCeiling) {
      return Optional.empty();
    }
    for (Layer layer : lowers) {
      Optional<InodeRecord> found = layer.inode(inode);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** The lowers that show through an inode's upper record, top first. They never change. */
  List<LowerPart> parts(long inode) throws IOException {
    if (inode >= lowerCeiling) {
      return List.of();
    }
    List<LowerPart> parts = new ArrayList<>();
    long limit = Long.MAX_VALUE;
    for (Layer layer : lowers) {
      Optional<InodeRecord> found = layer.inode(inode);
      if (found.isEmpty()) {
        continue;
      }
      InodeRecord inodeRecord = found.get();
      parts.add(new LowerPart(layer, Math.min(limit, inodeRecord.size())));
      limit = Math.min(limit, inodeRecord.lowerSize());
      boolean last = inodeRecord.isDirectory() ? inodeRecord.opaque() : limit == 0;
      if (last) {
        break;
      }
    }
    return List.copyOf(parts);
  }

  /** A record, and whether the upper has it. */
  record Found(InodeRecord inodeRecord, boolean inUpper) {}
}
