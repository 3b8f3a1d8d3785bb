package ctrenc.overlay.union;

import ctrenc.overlay.layer.DirectoryEntry.Child;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Merges the entries that the layers have for a directory. Thread-safe. */
final class DirectoryLister {

  private final LayerStack stack;
  private final EntryResolver resolver;

  DirectoryLister(LayerStack stack, EntryResolver resolver) {
    this.stack = stack;
    this.resolver = resolver;
  }

  /**
   * All children as of now, in an order of no meaning; without those that layers have whose key is
   * lost.
   */
  List<Child> list(Node directory) throws IOException {
    List<Child> children = new ArrayList<>();
    visit(
        directory,
        isWhole(directory) ? resolver.parts(directory) : readable(directory),
        child -> {
          children.add(child);
          return true;
        });
    return children;
  }

  /** False if a layer whose key is lost has names in a directory, or hides some. */
  boolean isWhole(Node directory) throws IOException {
    List<LowerPart> parts = resolver.parts(directory);
    return parts.isEmpty() || !parts.getLast().layer().hides(directory.inode());
  }

  private List<LowerPart> readable(Node directory) throws IOException {
    List<LowerPart> parts = resolver.parts(directory);
    return parts.subList(0, parts.size() - 1);
  }

  boolean isEmpty(Node directory) throws IOException {
    boolean[] found = new boolean[1];
    visit(
        directory,
        resolver.parts(directory),
        child -> {
          found[0] = true;
          return false;
        });
    return !found[0];
  }

  private void visit(Node directory, List<LowerPart> parts, ChildVisitor visitor)
      throws IOException {
    List<Layer> layers = new ArrayList<>(parts.size() + 1);
    if (directory.inUpper()) {
      layers.add(stack.upper());
    }
    parts.forEach(part -> layers.add(part.layer()));
    boolean single = layers.size() == 1;
    Set<Name> seen = new HashSet<>();
    boolean[] goesOn = {true};
    for (Layer layer : layers) {
      layer.entries(
          directory.inode(),
          entry -> {
            boolean first = single || seen.add(entry.name());
            goesOn[0] = !(first && entry instanceof Child child) || visitor.visit(child);
            return goesOn[0];
          });
      if (!goesOn[0]) {
        return;
      }
    }
  }

  /** Takes children; returns false to stop. */
  @FunctionalInterface
  private interface ChildVisitor {
    boolean visit(Child child) throws IOException;
  }
}
