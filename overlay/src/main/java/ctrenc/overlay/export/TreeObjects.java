package ctrenc.overlay.export;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The objects of a root and of what is nested in it, as a backup holds them, without keys. What is
 * nested at a directory lies in the folder of that. Thread-safe.
 */
public final class TreeObjects {

  private final TreeDescription tree;
  private final List<StackObjects> stacks = new ArrayList<>();

  /** What hangs at the directories of each stack, by their inode numbers. */
  private final List<Map<Long, Integer>> anchors = new ArrayList<>();

  /**
   * @param stacks of the root, then of what is nested in it, as the tree has them, each top first;
   *     a layer is sealed in one of them
   * @throws ctrenc.overlay.storage.FormatTooOldException if an earlier release wrote files of it
   */
  public TreeObjects(TreeDescription tree, List<List<StackObjects.Level>> stacks)
      throws IOException {
    this.tree = tree;
    for (int i = 0; i < stacks.size(); i++) {
      anchors.add(anchorsIn(i));
    }
    for (int i = 0; i < stacks.size(); i++) {
      String top = i == 0 ? ObjectTree.OBJECTS : anchor(i) + ArchivedNested.FOLDER;
      this.stacks.add(new StackObjects(stacks.get(i), top, anchors.get(i).keySet()));
    }
  }

  private Map<Long, Integer> anchorsIn(int parent) {
    Map<Long, Integer> found = new HashMap<>();
    for (int i = 0; i < tree.nested().size(); i++) {
      if (tree.nested().get(i).parent() == parent) {
        found.put(tree.nested().get(i).anchor(), i + 1);
      }
    }
    return found;
  }

  TreeDescription tree() {
    return tree;
  }

  /** How many stacks there are: that of the root, and one for each that is nested in it. */
  int size() {
    return stacks.size();
  }

  /**
   * The objects of one.
   *
   * @param number 0 for the root, n for the nth that is nested in it
   */
  StackObjects stack(int number) {
    return stacks.get(number);
  }

  /** What is nested at a directory of a stack. */
  OptionalInt nestedAt(int stack, long directory) {
    Integer number = anchors.get(stack).get(directory);
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  /** What a backup says of the nth that is nested in the root. */
  ArchivedNested nested(int number) {
    return new ArchivedNested(number, tree.nested().get(number - 1));
  }

  /** The place of the directory that the nth hangs at. */
  String anchor(int number) {
    NestedDescription nested = tree.nested().get(number - 1);
    return stacks.get(nested.parent()).tree().place(nested.anchor());
  }
}
