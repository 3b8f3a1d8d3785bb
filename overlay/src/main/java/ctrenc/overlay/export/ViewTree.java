package ctrenc.overlay.export;

import ctrenc.overlay.export.ViewListing.Entry;
import ctrenc.overlay.export.ViewNode.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The directories of a ciphertext view: those of a backup, and those on the way to its members.
 * Thread-safe.
 */
final class ViewTree {

  private static final String OBJECTS = "objects";
  private static final String LAYERS = "layers";
  private static final String SUBVOLUME = "subvolume";
  private static final String DESCRIPTION = "description";

  private final TreeObjects objects;

  /**
   * A whiteout, of that stack, that the kernel refers to. No two stacks have one of the same token:
   * a layer is in one of them alone, and a token is under its layer's key.
   */
  record Whiteout(int stack, ObjectTree.Named named) {}

  private record Known(Whiteout whiteout, long references) {}

  private final Map<ViewNode, Known> whiteouts = new ConcurrentHashMap<>();

  ViewTree(TreeObjects objects) {
    this.objects = objects;
  }

  private ObjectTree tree(ViewNode node) {
    return objects.stack(node.stack()).tree();
  }

  /** What is in a directory. */
  ViewListing list(ViewNode directory) throws IOException {
    return directory.kind() == Kind.OBJECT
        ? new ViewListing(
            fixedIn(directory), directory.stack(), tree(directory).in(directory.number()))
        : ViewListing.of(fixed(directory));
  }

  /** What lies in an object's directory besides objects. */
  private List<Entry> fixedIn(ViewNode directory) throws IOException {
    List<Entry> entries = new ArrayList<>(2);
    int stack = directory.stack();
    if (!objects.stack(stack).parts(directory.number()).content().isEmpty()) {
      entries.add(Entry.file(ArchiveSink.RECORDS, ViewNode.records(stack, directory.number())));
    }
    OptionalInt nested = objects.nestedAt(stack, directory.number());
    if (nested.isPresent()) {
      entries.add(Entry.directory(SUBVOLUME, ViewNode.objects(nested.getAsInt())));
    }
    return entries;
  }

  private List<Entry> fixed(ViewNode directory) throws IOException {
    List<Entry> entries = new ArrayList<>();
    int stack = directory.stack();
    if (directory.equals(ViewNode.TOP)) {
      entries.add(Entry.file(ArchiveSink.ROOT, ViewNode.description(0)));
      entries.add(Entry.directory(LAYERS, ViewNode.LAYERS));
      entries.add(Entry.directory(OBJECTS, ViewNode.objects(0)));
    } else if (directory.equals(ViewNode.LAYERS)) {
      for (int i = 0; i < objects.size(); i++) {
        addLayers(i, entries);
      }
    } else if (directory.isObjects()) {
      if (stack > 0) {
        entries.add(Entry.file(DESCRIPTION, ViewNode.description(stack)));
      }
      String root = Long.toString(ObjectTree.ROOT);
      entries.add(Entry.directory(root, ViewNode.object(stack, ObjectTree.ROOT)));
      if (!tree(directory).nameless().isEmpty()) {
        entries.add(Entry.directory(ObjectTree.NAMELESS, ViewNode.nameless(stack)));
      }
    } else {
      for (long inode : tree(directory).nameless()) {
        boolean isDirectory = objects.stack(stack).parts(inode).isDirectory();
        entries.add(Entry.of(stack, new DirectoryObjects.Child(inode, 1, isDirectory)));
      }
    }
    return entries;
  }

  private void addLayers(int stack, List<Entry> entries) {
    int depth = 0;
    for (StackObjects.Level layer : objects.stack(stack).levels()) {
      entries.add(Entry.file(layer.objects().id().toString(), ViewNode.layer(stack, depth)));
      depth++;
    }
  }

  /** What a name in a directory leads to; a reference is taken on it. */
  Optional<Entry> take(ViewNode directory, String name) throws IOException {
    if (directory.kind() != Kind.OBJECT) {
      return named(fixed(directory), name);
    }
    if (name.startsWith(ObjectTree.WHITEOUT)) {
      Optional<ObjectTree.Named> whiteout = tree(directory).whiteout(directory.number(), name);
      whiteout.ifPresent(found -> take(new Whiteout(directory.stack(), found)));
      return whiteout.map(Entry::of);
    }
    Optional<Entry> fixed = named(fixedIn(directory), name);
    return fixed.isPresent()
        ? fixed
        : tree(directory)
            .in(directory.number())
            .find(name)
            .map(child -> Entry.of(directory.stack(), child));
  }

  private static Optional<Entry> named(List<Entry> entries, String name) {
    return entries.stream().filter(entry -> entry.text().equals(name)).findFirst();
  }

  private void take(Whiteout whiteout) {
    whiteouts.merge(
        ViewNode.whiteout(whiteout.named()),
        new Known(whiteout, 1),
        (known, more) -> new Known(whiteout, known.references() + more.references()));
  }

  /** Gives references back; all but whiteouts are found without. */
  void forget(ViewNode node, long count) {
    whiteouts.computeIfPresent(
        node,
        (same, known) ->
            known.references() <= count
                ? null
                : new Known(known.whiteout(), known.references() - count));
  }

  Optional<Whiteout> whiteout(ViewNode node) {
    return Optional.ofNullable(whiteouts.get(node)).map(Known::whiteout);
  }

  /** The directory that a directory is in. */
  ViewNode parent(ViewNode directory) {
    int stack = directory.stack();
    if (directory.kind() == Kind.OBJECT) {
      boolean isRoot = directory.number() == ObjectTree.ROOT;
      return tree(directory)
          .directory(directory.number())
          .map(inode -> ViewNode.object(stack, inode))
          .orElse(isRoot ? ViewNode.objects(stack) : ViewNode.nameless(stack));
    }
    if (directory.isNameless()) {
      return ViewNode.objects(stack);
    }
    if (directory.isObjects() && stack > 0) {
      NestedDescription nested = objects.nested(stack).description();
      return ViewNode.object(nested.parent(), nested.anchor());
    }
    return ViewNode.TOP;
  }
}
