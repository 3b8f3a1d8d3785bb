package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.UpperLayer;
import ctrenc.overlay.union.Successor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The fresh uppers of a freeze, from their making until all of them are on their stacks, or none
 * is. Not thread-safe.
 */
final class Successors implements AutoCloseable {

  /** A fresh upper, and the stack in use that it is to be put on. */
  private record Fresh(
      UUID subvolume,
      OpenStack stack,
      LayerRecord layer,
      SubvolumeRecord.Level level,
      UpperLayer upper) {}

  private final Catalog catalog;
  private final Keyring keyring;
  private final StackOpener opener;
  private final LayerRemover remover;
  private final List<Fresh> all = new ArrayList<>();
  private boolean isCommitted;

  Successors(Catalog catalog, Keyring keyring, StackOpener opener, LayerRemover remover) {
    this.catalog = catalog;
    this.keyring = keyring;
    this.opener = opener;
    this.remover = remover;
  }

  /** Makes and opens the layer that is to follow the upper of a subvolume. */
  void make(UUID subvolume, OpenStack stack) throws IOException {
    UUID id = UUID.randomUUID();
    byte[] wrappedKey = keyring.newLayerKey(subvolume, id);
    LayerRecord layer = catalog.change(edit -> edit.newLayer(id));
    SubvolumeRecord.Level level = new SubvolumeRecord.Level(layer.number(), wrappedKey);
    boolean isOpen = false;
    try {
      UpperLayer upper = (UpperLayer) opener.acquire(subvolume, level, 0);
      all.add(new Fresh(subvolume, stack, layer, level, upper));
      isOpen = true;
    } finally {
      if (!isOpen) {
        remover.remove(layer);
      }
    }
  }

  /** Puts all on their stacks while nobody carries anything out in one of them. */
  void push(StackFreezer.Also also) throws IOException {
    push(0, also);
  }

  private void push(int index, StackFreezer.Also also) throws IOException {
    if (index == all.size()) {
      commit(also);
      return;
    }
    Fresh one = all.get(index);
    one.stack
        .fileSystem()
        .freeze(
            new Successor() {
              @Override
              public void atInstant(UpperLayer upper) throws IOException {
                also.note(one.subvolume, upper);
              }

              @Override
              public UpperLayer after(UpperLayer frozen) throws IOException {
                one.upper.numberFrom(frozen.inodeCeiling());
                one.stack.add(one.layer.number(), () -> push(index + 1, also));
                return one.upper;
              }
            });
  }

  private void commit(StackFreezer.Also also) throws IOException {
    catalog.change(
        edit -> {
          Map<UUID, List<SubvolumeRecord.Level>> frozen = new HashMap<>();
          for (Fresh one : all) {
            SubvolumeRecord before = catalog.subvolume(one.subvolume).orElseThrow();
            List<SubvolumeRecord.Level> stack = new ArrayList<>(before.stack());
            stack.addFirst(one.level);
            edit.put(one.layer.in(LayerRecord.State.LIVE, 1));
            edit.put(before.with(List.copyOf(stack)));
            frozen.put(one.subvolume, before.stack());
          }
          also.add(edit, frozen);
          return frozen;
        });
    isCommitted = true;
  }

  /** Removes them if they are on no stack. */
  @Override
  public void close() throws IOException {
    if (isCommitted) {
      return;
    }
    opener.releaseAll(all.stream().map(one -> one.layer.number()).toList());
    for (Fresh one : all) {
      remover.remove(one.layer);
    }
  }
}
