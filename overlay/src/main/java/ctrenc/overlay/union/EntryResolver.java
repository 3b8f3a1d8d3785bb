package ctrenc.overlay.union;

import ctrenc.overlay.layer.DirectoryEntry;
import ctrenc.overlay.layer.DirectoryEntry.Child;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Finds what a name leads to: asks the layers from the top down until one has the name, hides it,
 * or is opaque. Thread-safe.
 */
final class EntryResolver {

  private final LayerStack stack;

  EntryResolver(LayerStack stack) {
    this.stack = stack;
  }

  Optional<Child> child(Node directory, Name name) throws IOException {
    if (directory.inUpper()) {
      Optional<DirectoryEntry> entry = stack.upper().entry(directory.inode(), name);
      if (entry.isPresent()) {
        return asChild(entry.get());
      }
    }
    return lowerChild(directory, name);
  }

  /** A lower's entry of this name would be seen if the upper had none. */
  boolean showsThrough(Node directory, Name name) throws IOException {
    return lowerChild(directory, name).isPresent();
  }

  /** The lowers that a directory shows, top first; empty if the upper hides them all. */
  List<LowerPart> parts(Node directory) throws IOException {
    boolean hidden = directory.inUpper() && directory.inodeRecord().opaque();
    return hidden ? List.of() : directory.parts();
  }

  private Optional<Child> lowerChild(Node directory, Name name) throws IOException {
    List<LowerPart> parts = parts(directory);
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    int level =
        stack
            .layers()
            .levels()
            .ofEntry(directory.inode(), name, () -> firstThatKnows(parts, directory, name));
    if (level == LowerLevels.NONE) {
      return Optional.empty();
    }
    return parts.get(level).layer().entry(directory.inode(), name).flatMap(EntryResolver::asChild);
  }

  private static int firstThatKnows(List<LowerPart> parts, Node directory, Name name)
      throws IOException {
    for (int level = 0; level < parts.size(); level++) {
      if (parts.get(level).layer().entry(directory.inode(), name).isPresent()) {
        return level;
      }
    }
    return LowerLevels.NONE;
  }

  private static Optional<Child> asChild(DirectoryEntry entry) {
    return entry instanceof Child child ? Optional.of(child) : Optional.empty();
  }
}
