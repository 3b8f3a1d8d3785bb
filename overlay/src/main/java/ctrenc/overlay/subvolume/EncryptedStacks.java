package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.EncryptedLayer;
import ctrenc.overlay.layer.Layer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Lends the encrypted layers of subvolumes whose keys are in memory. Thread-safe. */
final class EncryptedStacks {

  private final StackTools tools;

  EncryptedStacks(StackTools tools) {
    this.tools = tools;
  }

  /** What is done with the encrypted layers of a stack, top first. */
  interface Work {
    void run(List<EncryptedLayer> layers) throws IOException;
  }

  /** With the layers of a subvolume as they are, whether it is in use or not. */
  void with(UUID id, Work work) throws IOException {
    SubvolumeRecord subvolume = tools.catalog().requireLiving(id);
    List<Long> held = new ArrayList<>();
    try {
      List<Layer> layers =
          tools.opener().acquireReadable(id, subvolume.stack(), held::add).layers();
      work.run(
          layers.stream()
              .filter(EncryptedLayer.class::isInstance)
              .map(EncryptedLayer.class::cast)
              .toList());
    } finally {
      tools.opener().releaseAll(held);
    }
  }

  /** With a first layer that grows; to be called with the subvolume's guard held. */
  void withUpper(UUID id, Work work) throws IOException {
    if (tools.open().find(id).isPresent()) {
      with(id, work);
      return;
    }
    OpenStack opened =
        tools.opener().open(tools.catalog().requireLiving(id), Optional.empty(), () -> {});
    try {
      with(id, work);
    } finally {
      opened.fileSystem().close();
    }
  }
}
