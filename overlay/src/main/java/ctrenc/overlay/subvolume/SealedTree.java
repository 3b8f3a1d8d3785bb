package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.CiphertextView;
import ctrenc.overlay.export.TreeDescription;
import ctrenc.overlay.export.TreeObjects;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The objects of a snapshot, and of what is nested in it, as they are sealed, open for reading.
 * What is removed meanwhile stays until it is closed. Thread-safe.
 */
final class SealedTree implements AutoCloseable {

  private final Resources open = new Resources();
  private final TreeObjects objects;

  /**
   * @param isRecursive with the snapshots of nested subvolumes that are part of it
   * @throws UnmovableException if it stands on a directory of this machine, or has no protectors
   */
  SealedTree(StackKeeping stacks, UUID snapshot, boolean isRecursive) throws IOException {
    boolean isOpen = false;
    try {
      List<Long> layers =
          List.copyOf(SentSnapshots.of(stacks.tools(), snapshot, isRecursive).layers());
      stacks.remover().pin(layers);
      open.add(() -> stacks.remover().unpin(layers));
      SentSnapshots pinned = SentSnapshots.of(stacks.tools(), snapshot, isRecursive);
      TreeDescription tree = new RootDescriber(stacks, Set.of()).describe(pinned);
      objects = new SealedLevels(stacks, Set.of(), open).of(tree, pinned);
      isOpen = true;
    } finally {
      if (!isOpen) {
        open.close();
      }
    }
  }

  /** A filesystem of the same, which closes this. */
  FileSystem view() {
    return new CiphertextView(objects, this);
  }

  @Override
  public void close() throws IOException {
    open.close();
  }
}
