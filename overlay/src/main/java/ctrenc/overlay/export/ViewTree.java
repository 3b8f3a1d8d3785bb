package ctrenc.overlay.export;

import ctrenc.overlay.export.ViewListing.Entry;
import ctrenc.overlay.export.ViewNode.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The directories of a ciphertext view: those of a backup, and those on the way to its members.
 * Thread-safe.
 */
final class ViewTree {

  private static final String OBJECTS = "objects";
  private static final String LAYERS = "layers";

  private final StackObjects objects;
  private final ObjectTree tree;
  private final List<StackObjects.Level> layers;

  /** A whiteout that the kernel refers to. */
  private record Known(ObjectTree.Named whiteout, long references) {}

  private final Map<ViewNode, Known> whiteouts = new ConcurrentHashMap<>();

  ViewTree(StackObjects objects) {
    this.objects = objects;
    this.tree = objects.tree();
    this.layers = List.copyOf(objects.levels());
  }

  /** What is in a directory. */
  ViewListing list(ViewNode directory) throws IOException {
    if (directory.kind() == Kind.OBJECT) {
      boolean hasRecords = !objects.parts(directory.number()).content().isEmpty();
      List<Entry> records =
          hasRecords
              ? List.of(Entry.file(ArchiveSink.RECORDS, ViewNode.records(directory.number())))
              : List.of();
      return new ViewListing(records, tree.in(directory.number()));
    }
    return ViewListing.of(fixed(directory));
  }

  private List<Entry> fixed(ViewNode directory) throws IOException {
    List<Entry> entries = new ArrayList<>();
    if (directory.equals(ViewNode.TOP)) {
      entries.add(Entry.file(ArchiveSink.ROOT, ViewNode.BACKUP));
      entries.add(Entry.directory(LAYERS, ViewNode.LAYERS));
      entries.add(Entry.directory(OBJECTS, ViewNode.OBJECTS));
    } else if (directory.equals(ViewNode.LAYERS)) {
      for (StackObjects.Level layer : layers) {
        ViewNode node = ViewNode.layer(entries.size());
        entries.add(Entry.file(layer.objects().id().toString(), node));
      }
    } else if (directory.equals(ViewNode.OBJECTS)) {
      String root = Long.toString(ObjectTree.ROOT);
      entries.add(Entry.directory(root, ViewNode.object(ObjectTree.ROOT)));
      if (!tree.nameless().isEmpty()) {
        entries.add(Entry.directory(ObjectTree.NAMELESS, ViewNode.NAMELESS));
      }
    } else {
      for (long inode : tree.nameless()) {
        boolean isDirectory = objects.parts(inode).isDirectory();
        entries.add(Entry.of(new DirectoryObjects.Child(inode, 1, isDirectory)));
      }
    }
    return entries;
  }

  /** What a name in a directory leads to; a reference is taken on it. */
  Optional<Entry> take(ViewNode directory, String name) throws IOException {
    if (directory.kind() != Kind.OBJECT) {
      return fixed(directory).stream().filter(entry -> entry.text().equals(name)).findFirst();
    }
    if (name.startsWith(ObjectTree.WHITEOUT)) {
      Optional<ObjectTree.Named> whiteout = tree.whiteout(directory.number(), name);
      whiteout.ifPresent(this::take);
      return whiteout.map(Entry::of);
    }
    return name.equals(ArchiveSink.RECORDS)
        ? list(directory).fixed().stream().findFirst()
        : tree.in(directory.number()).find(name).map(Entry::of);
  }

  private void take(ObjectTree.Named whiteout) {
    whiteouts.merge(
        ViewNode.whiteout(whiteout),
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

  Optional<ObjectTree.Named> whiteout(ViewNode node) {
    return Optional.ofNullable(whiteouts.get(node)).map(Known::whiteout);
  }

  /** The directory that a directory is in. */
  ViewNode parent(ViewNode directory) {
    if (directory.kind() == Kind.OBJECT) {
      ViewNode top = directory.number() == ObjectTree.ROOT ? ViewNode.OBJECTS : ViewNode.NAMELESS;
      return tree.directory(directory.number()).map(ViewNode::object).orElse(top);
    }
    return directory.equals(ViewNode.NAMELESS) ? ViewNode.OBJECTS : ViewNode.TOP;
  }
}
