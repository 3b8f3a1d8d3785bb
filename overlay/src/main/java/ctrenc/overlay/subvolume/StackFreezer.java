package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.UpperLayer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes the upper of a subvolume a lower, under a fresh upper with a fresh key. The cost does not
 * depend on what the layers hold. Thread-safe; callers hold the subvolume's guard.
 *
 * <p>The fresh layer is being built until one catalog change puts it on the stack and holds the
 * frozen one: after a crash the stack is the old one and the layer is removed, or it is the new
 * one.
 */
final class StackFreezer {

  /** What else the change does that freezes a stack. */
  interface Also {
    void add(CatalogEdit edit, List<SubvolumeRecord.Level> frozen) throws IOException;
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
    Optional<OpenStack> inUse = open.find(subvolume.id());
    if (inUse.isPresent()) {
      freeze(subvolume, inUse.get(), also);
      return;
    }
    OpenStack opened = opener.open(subvolume, Optional.empty(), () -> {});
    try {
      freeze(subvolume, opened, also);
    } finally {
      opened.fileSystem().close();
    }
  }

  private void freeze(SubvolumeRecord subvolume, OpenStack stack, Also also) throws IOException {
    UUID id = UUID.randomUUID();
    byte[] wrappedKey = keyring.newLayerKey(subvolume.id(), id);
    LayerRecord fresh = catalog.change(edit -> edit.newLayer(id));
    SubvolumeRecord.Level level = new SubvolumeRecord.Level(fresh.number(), wrappedKey);
    boolean[] isPushed = new boolean[1];
    boolean isOpen = false;
    try {
      UpperLayer upper = (UpperLayer) opener.acquire(subvolume.id(), level, 0);
      isOpen = true;
      stack
          .fileSystem()
          .freeze(
              frozen -> {
                upper.numberFrom(frozen.inodeCeiling());
                stack.add(fresh.number(), () -> push(subvolume.id(), fresh, level, also));
                isPushed[0] = true;
                return upper;
              });
      catalog.sync();
    } finally {
      if (!isPushed[0]) {
        abandon(fresh, isOpen);
      }
    }
  }

  private void push(UUID subvolume, LayerRecord fresh, SubvolumeRecord.Level level, Also also)
      throws IOException {
    catalog.change(
        edit -> {
          SubvolumeRecord before = catalog.subvolume(subvolume).orElseThrow();
          List<SubvolumeRecord.Level> stack = new ArrayList<>(before.stack());
          stack.addFirst(level);
          edit.put(fresh.in(LayerRecord.State.LIVE, 1));
          edit.put(before.with(List.copyOf(stack)));
          also.add(edit, before.stack());
          return stack;
        });
  }

  private void abandon(LayerRecord fresh, boolean isOpen) throws IOException {
    if (isOpen) {
      opener.releaseAll(List.of(fresh.number()));
    }
    remover.remove(fresh);
  }
}
