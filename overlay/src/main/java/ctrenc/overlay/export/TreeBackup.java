package ctrenc.overlay.export;

import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes a root, and what is nested in it, as an archive with one member for each object, without
 * keys. What is nested at a directory lies in the folder of that. Not thread-safe.
 */
public final class TreeBackup {

  private final TreeDescription tree;
  private final List<StackObjects> stacks = new ArrayList<>();

  /**
   * @param stacks of the root, then of what is nested in it, as the tree has them, each top first;
   *     a layer is sealed in one of them
   */
  public TreeBackup(TreeDescription tree, List<List<StackObjects.Level>> stacks)
      throws IOException {
    this.tree = tree;
    for (int i = 0; i < stacks.size(); i++) {
      String top = i == 0 ? ObjectTree.OBJECTS : folder(i);
      this.stacks.add(new StackObjects(stacks.get(i), top, anchors(i)));
    }
  }

  /** The directories that something is nested at. */
  private Set<Long> anchors(int parent) {
    Set<Long> anchors = new HashSet<>();
    for (NestedDescription nested : tree.nested()) {
      if (nested.parent() == parent) {
        anchors.add(nested.anchor());
      }
    }
    return anchors;
  }

  private String anchor(int number) {
    NestedDescription nested = tree.nested().get(number - 1);
    return stacks.get(nested.parent()).tree().place(nested.anchor());
  }

  private String folder(int number) {
    return anchor(number) + ArchivedNested.FOLDER;
  }

  public void write(WritableByteChannel out, Pace pace, TransferProgress progress)
      throws IOException {
    try (OutputBehind behind = new OutputBehind(out)) {
      try (ArchiveSink sink = new ArchiveSink(behind.stream(), pace, progress)) {
        write(sink);
      }
      behind.end();
    }
  }

  private void write(ArchiveSink sink) throws IOException {
    sink.tree(tree);
    for (int i = 0; i < stacks.size(); i++) {
      if (i > 0) {
        sink.nested(new ArchivedNested(i, tree.nested().get(i - 1)), anchor(i));
      }
      new Backup(stacks.get(i)).write(sink);
    }
  }
}
