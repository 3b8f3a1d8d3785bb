package ctrenc.overlay.export;

import ctrenc.overlay.vfs.Name;
import java.util.List;

/**
 * What a directory of a ciphertext view lists, always in the same order. Immutable.
 *
 * @param fixed comes first
 * @param stack that the objects are of
 */
record ViewListing(List<Entry> fixed, int stack, DirectoryObjects objects) {

  static final DirectoryObjects NOTHING = new DirectoryObjects(List.of(), List.of(), List.of());

  /** A name in a directory. */
  record Entry(String text, ViewNode node, boolean isDirectory) {

    Name name() {
      return Name.of(text);
    }

    static Entry directory(String text, ViewNode node) {
      return new Entry(text, node, true);
    }

    static Entry file(String text, ViewNode node) {
      return new Entry(text, node, false);
    }

    static Entry of(int stack, DirectoryObjects.Child child) {
      return new Entry(child.name(), ViewNode.object(stack, child.inode()), child.isDirectory());
    }

    static Entry of(ObjectTree.Named whiteout) {
      return file(DirectoryObjects.nameOf(whiteout), ViewNode.whiteout(whiteout));
    }
  }

  static ViewListing of(List<Entry> fixed) {
    return new ViewListing(fixed, 0, NOTHING);
  }

  int size() {
    return fixed.size() + objects.children().size() + objects.whiteouts().size();
  }

  Entry get(int index) {
    int child = index - fixed.size();
    int whiteout = child - objects.children().size();
    if (child < 0) {
      return fixed.get(index);
    }
    return whiteout < 0
        ? Entry.of(stack, objects.children().get(child))
        : Entry.of(objects.whiteouts().get(whiteout));
  }
}
