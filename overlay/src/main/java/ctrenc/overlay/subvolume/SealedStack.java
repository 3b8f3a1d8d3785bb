package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.CiphertextView;
import ctrenc.overlay.export.RootDescription;
import ctrenc.overlay.export.StackObjects;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A snapshot's objects as they are sealed, open for reading. What is removed meanwhile stays until
 * it is closed. Thread-safe.
 */
final class SealedStack implements AutoCloseable {

  private final Resources open = new Resources();
  private final RootDescription root;
  private final StackObjects objects;

  /**
   * @throws UnmovableException if it stands on a directory of this machine, or has no protectors
   */
  SealedStack(StackKeeping stacks, UUID snapshot) throws IOException {
    boolean isOpen = false;
    try {
      List<Long> layers = numbers(stacks.catalog().requireSnapshot(snapshot));
      stacks.remover().pin(layers);
      open.add(() -> stacks.remover().unpin(layers));
      SnapshotRecord pinned = stacks.catalog().requireSnapshot(snapshot);
      root = new RootDescriber(stacks, Set.of()).describe(pinned);
      objects = new StackObjects(new SealedLevels(stacks, Set.of(), open).of(pinned));
      isOpen = true;
    } finally {
      if (!isOpen) {
        open.close();
      }
    }
  }

  private static List<Long> numbers(SnapshotRecord snapshot) {
    return snapshot.stack().stream().map(SubvolumeRecord.Level::layer).toList();
  }

  RootDescription root() {
    return root;
  }

  StackObjects objects() {
    return objects;
  }

  /** A filesystem of the same, which closes this. */
  FileSystem view() {
    return new CiphertextView(root, objects, this);
  }

  @Override
  public void close() throws IOException {
    open.close();
  }
}
