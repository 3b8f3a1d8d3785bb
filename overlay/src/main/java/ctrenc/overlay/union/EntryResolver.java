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
    LowerLevels levels = stack.layers().levels();
    int begin = levels.beginOfEntry(directory.inode(), name);
    if (begin == LowerLevels.NONE) {
      return Optional.empty();
    }
    for (int level = begin; level < parts.size(); level++) {
      Optional<DirectoryEntry> entry = levels.entry(parts.get(level), directory.inode(), name);
      if (entry.isPresent()) {
        if (level != begin) {
          levels.learnEntry(directory.inode(), name, level);
        }
        return asChild(entry.get());
      }
    }
    levels.learnEntry(directory.inode(), name, LowerLevels.NONE);
    return Optional.empty();
  }

  private static Optional<Child> asChild(DirectoryEntry entry) {
    return entry instanceof Child child ? Optional.of(child) : Optional.empty();
  }
}
