package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.UpperLayer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes the uppers of subvolumes lowers, under fresh uppers with fresh keys. The cost does not
 * depend on what the layers hold. Thread-safe; callers hold the subvolumes' guards.
 *
 * <p>A fresh layer is being built until one catalog change puts it on its stack and holds the
 * frozen one: after a crash the stacks are the old ones and the layers are removed, or they are the
 * new ones.
 */
final class StackFreezer {

  /** What else the change does that freezes stacks. */
  interface Also {
    /** {@code frozen} has the layers of each, top first. */
    void add(CatalogEdit edit, Map<UUID, List<SubvolumeRecord.Level>> frozen) throws IOException;

    /** Notes something in an upper at the instant at which it is frozen. */
    default void note(UUID subvolume, UpperLayer upper) throws IOException {}
  }

  private final Catalog catalog;
  private final Keyring keyring;
  private final OpenStacks open;
  private final StackOpener opener;
  private final LayerRemover remover;

  StackFreezer(
      Catalog catalog, Keyring keyring, OpenStacks open, StackOpener opener, LayerRemover remover) {
    this.catalog = catalog;
    this.keyring = keyring;
    this.open = open;
    this.opener = opener;
    this.remover = remover;
  }

  /** Freezes a subvolume, in use or not; what is frozen survives power loss when this returns. */
  void freeze(SubvolumeRecord subvolume, Also also) throws IOException {
    if (open.find(subvolume.id()).isPresent()) {
      freezeAll(List.of(subvolume.id()), also);
      return;
    }
    OpenStack opened = opener.open(subvolume, Optional.empty(), () -> {});
    try {
      freezeStacks(Map.of(subvolume.id(), opened), also);
    } finally {
      opened.fileSystem().close();
    }
  }

  /**
   * Freezes several that are in use at one instant, at which none of them carries anything out: all
   * of them, or none. Who is at work in one may wait for another only if that comes later.
   */
  void freezeAll(List<UUID> inUse, Also also) throws IOException {
    Map<UUID, OpenStack> stacks = new LinkedHashMap<>();
    for (UUID id : inUse) {
      stacks.put(id, open.find(id).orElseThrow(() -> new IOException("The root was closed.")));
    }
    freezeStacks(stacks, also);
  }

  private void freezeStacks(Map<UUID, OpenStack> stacks, Also also) throws IOException {
    try (Successors successors = new Successors(catalog, keyring, opener, remover)) {
      for (Map.Entry<UUID, OpenStack> stack : stacks.entrySet()) {
        successors.make(stack.getKey(), stack.getValue());
        stack.getValue().fileSystem().prepareFreeze();
      }
      successors.push(also);
      catalog.sync();
    }
  }
}
