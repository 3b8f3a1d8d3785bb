package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.LayerRange;
import ctrenc.overlay.nest.Usage;
import java.io.IOException;
import java.util.UUID;

/** Counts what subvolumes hold, nested or not; needs no key. Thread-safe. */
final class StackUsage {

  private final StackTools tools;

  StackUsage(StackTools tools) {
    this.tools = tools;
  }

  /** What one uses by itself. */
  Usage of(UUID id) throws IOException {
    SubvolumeUsage stored = stored(id);
    return new Usage(stored.storedBytes() + stored.inodes() * Usage.RECORD, stored.inodes());
  }

  /** What the layers of a subvolume hold. */
  SubvolumeUsage stored(UUID id) throws IOException {
    long bytes = 0;
    long inodes = 0;
    for (SubvolumeRecord.Level level : tools.catalog().requireLiving(id).stack()) {
      LayerRecord layer = tools.catalog().layer(level.layer());
      if (layer.kind() == LayerRecord.Kind.ENCRYPTED) {
        bytes += tools.parts().extents().storedBytes(layer);
        inodes += LayerRange.countInodes(tools.parts().meta(), layer.number());
      }
    }
    return new SubvolumeUsage(bytes, inodes);
  }
}
