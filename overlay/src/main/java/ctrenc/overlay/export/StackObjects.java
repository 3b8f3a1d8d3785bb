package ctrenc.overlay.export;

import ctrenc.overlay.layer.RecordShape;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The objects of a stack that does not grow, as a backup holds them, without keys. Thread-safe. */
public final class StackObjects {

  /** Those that were asked for last: who looks at a file asks for its parts one by one. */
  private static final int RECENT = 64;

  /**
   * A layer of a stack.
   *
   * @param closed when it did not grow any more, for all that is known; other layers of the stack
   *     have other times
   * @param extents those of a sealed layer
   */
  public record Level(LayerObjects objects, Instant closed, Optional<ExtentSource> extents) {}

  private final Map<LayerObjects, Level> levels = new LinkedHashMap<>();
  private final ObjectTree tree;
  private final Instant first;
  private final RecentlyUsed<Long, ObjectParts> recent = new RecentlyUsed<>(RECENT, parts -> 1);

  /**
   * @param stack top first; what is not sealed tells where things lie alone
   * @param top the folder that they lie in
   * @param anchors the directories that something is nested at
   * @throws ctrenc.overlay.storage.FormatTooOldException if an earlier release wrote its files
   */
  StackObjects(List<Level> stack, String top, Set<Long> anchors) throws IOException {
    for (Level level : stack) {
      if (level.objects().isSealed()) {
        levels.put(level.objects(), level);
        level.objects().requireApart();
      }
    }
    tree = new ObjectTree(stack.stream().map(Level::objects).toList(), top, anchors);
    first =
        levels.values().stream().map(Level::closed).min(Instant::compareTo).orElse(Instant.EPOCH);
  }

  ObjectTree tree() {
    return tree;
  }

  /** The sealed layers, top first. */
  Collection<Level> levels() {
    return levels.values();
  }

  /** The time of what no sealed layer has. */
  Instant first() {
    return first;
  }

  LayerSummary summary(Level level) throws IOException {
    return level.objects().summary(tree);
  }

  ObjectParts parts(long inode) throws IOException {
    Optional<ObjectParts> known = recent.get(inode);
    return known.isPresent() ? known.get() : recent.put(inode, read(inode));
  }

  /**
   * What has no data of its own but what lies in its record, a short file or a link, has that
   * record as data; anything else has its records in the attribute, if that is long enough.
   */
  private ObjectParts read(long inode) throws IOException {
    Map<LayerObjects, List<ObjectRecords.Stored>> attribute = new LinkedHashMap<>();
    Map<LayerObjects, List<ObjectRecords.Stored>> content = new LinkedHashMap<>();
    List<SealedExtent> data = new ArrayList<>();
    for (Level level : levels.values()) {
      LayerObjects layer = level.objects();
      List<ObjectRecords.Stored> references = layer.references(inode);
      content.computeIfAbsent(layer, first -> new ArrayList<>()).addAll(references);
      for (long extent : LayerObjects.extents(references)) {
        data.add(new SealedExtent(level.extents().orElseThrow(), extent));
      }
      for (ObjectRecords.Stored stored : layer.ofInode(inode)) {
        boolean isData = references.isEmpty() && RecordShape.mayHoldContent(stored.value());
        (stored.table() == RecordTable.INODE && isData ? content : attribute)
            .computeIfAbsent(layer, first -> new ArrayList<>())
            .add(stored);
      }
    }
    List<ObjectTree.Named> names = tree.names(inode);
    for (ObjectTree.Named named : names) {
      attribute.computeIfAbsent(named.layer(), first -> new ArrayList<>()).add(stored(named));
    }
    boolean isDirectory = isDirectory(attribute, content, names);
    Instant changed = changed(attribute, content);
    return new ObjectParts(isDirectory, records(attribute), records(content), data, changed)
        .fitting();
  }

  /** As the topmost record says. */
  private boolean isDirectory(
      Map<LayerObjects, List<ObjectRecords.Stored>> attribute,
      Map<LayerObjects, List<ObjectRecords.Stored>> content,
      List<ObjectTree.Named> names) {
    for (LayerObjects layer : tree.sealed()) {
      for (Map<LayerObjects, List<ObjectRecords.Stored>> part : List.of(attribute, content)) {
        for (ObjectRecords.Stored stored : part.getOrDefault(layer, List.of())) {
          if (stored.table() == RecordTable.INODE) {
            return RecordShape.fileType(stored.value()) == RecordShape.DIRECTORY;
          }
        }
      }
    }
    // What no sealed layer has anything of is on the way to what one has.
    return names.isEmpty() || names.getFirst().entry().isDirectory();
  }

  /** The newest layer that has anything of it: no other set of layers has that time. */
  private Instant changed(
      Map<LayerObjects, List<ObjectRecords.Stored>> attribute,
      Map<LayerObjects, List<ObjectRecords.Stored>> content) {
    Instant newest = first;
    for (Level level : levels.values()) {
      boolean isHeld =
          !attribute.getOrDefault(level.objects(), List.of()).isEmpty()
              || !content.getOrDefault(level.objects(), List.of()).isEmpty();
      if (isHeld && level.closed().isAfter(newest)) {
        newest = level.closed();
      }
    }
    return newest;
  }

  /** A whiteout has nothing but its entry. */
  ObjectParts parts(ObjectTree.Named whiteout) throws IOException {
    Map<LayerObjects, List<ObjectRecords.Stored>> attribute =
        Map.of(whiteout.layer(), List.of(stored(whiteout)));
    return new ObjectParts(
        false, records(attribute), records(Map.of()), List.of(), changed(attribute, Map.of()));
  }

  private static ObjectRecords records(Map<LayerObjects, List<ObjectRecords.Stored>> records) {
    List<ObjectRecords.OfLayer> layers = new ArrayList<>();
    records.forEach((layer, stored) -> layers.add(new ObjectRecords.OfLayer(layer.id(), stored)));
    return new ObjectRecords(layers);
  }

  private static ObjectRecords.Stored stored(ObjectTree.Named named) {
    LayerObjects.Entry entry = named.entry();
    return new ObjectRecords.Stored(RecordTable.ENTRY, entry.key(), entry.value());
  }
}
