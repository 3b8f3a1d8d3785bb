package ctrenc.overlay.export;

import ctrenc.overlay.layer.RecordShape;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a stack as an archive with one member for each object, without keys. Not thread-safe. */
public final class Backup {

  private final List<LayerObjects> sealed;
  private final Map<Long, ExtentSource> extents;
  private final ObjectTree tree;
  private final Map<Long, long[]> counts = new HashMap<>();

  /**
   * @param layers top first, of which none grows
   * @param extents those of each sealed layer, by its number
   */
  public Backup(List<LayerObjects> layers, Map<Long, ExtentSource> extents) throws IOException {
    this.sealed = layers.stream().filter(LayerObjects::isSealed).toList();
    this.extents = extents;
    this.tree = new ObjectTree(layers);
  }

  /** What the layers hold together, object by object. */
  private record Parts(
      ObjectRecords attribute, ObjectRecords content, List<ArchiveSink.Extent> data) {}

  public void write(RootDescription root, OutputStream out, Pace pace, TransferProgress progress)
      throws IOException {
    try (ArchiveSink sink = new ArchiveSink(out, root.taken(), pace, progress)) {
      sink.root(root);
      for (long inode : tree.objects()) {
        write(inode, sink);
      }
      for (ObjectTree.Named whiteout : tree.whiteouts()) {
        sink.empty(
            tree.place(whiteout), counted(Map.of(whiteout.layer(), List.of(entry(whiteout)))));
      }
      for (LayerObjects layer : sealed) {
        sink.layer(summary(layer));
      }
    }
  }

  private void write(long inode, ArchiveSink sink) throws IOException {
    String place = tree.place(inode);
    Parts parts = parts(inode);
    if (isDirectory(inode)) {
      sink.directory(place, parts.attribute());
      if (!parts.content().isEmpty()) {
        String name = place + "/" + ArchiveSink.RECORDS;
        sink.file(name, new ObjectRecords(List.of()), parts.content(), List.of());
      }
      return;
    }
    if (parts.content().isEmpty()) {
      sink.empty(place, parts.attribute());
    } else {
      sink.file(place, parts.attribute(), parts.content(), parts.data());
    }
    for (String further : tree.furtherPlaces(inode)) {
      sink.link(further, place);
    }
  }

  private boolean isDirectory(long inode) throws IOException {
    for (LayerObjects layer : sealed) {
      for (ObjectRecords.Stored stored : layer.ofInode(inode)) {
        if (stored.table() == RecordTable.INODE) {
          return RecordShape.fileType(stored.value()) == RecordShape.DIRECTORY;
        }
      }
    }
    ObjectRecords.Stored entry = entry(tree.names(inode).getFirst());
    return RecordShape.childType(entry.value()) == RecordShape.DIRECTORY;
  }

  /**
   * What has no data of its own but what lies in its record, a short file or a link, has that
   * record as data; anything else has its records in the attribute, if that is long enough.
   */
  private Parts parts(long inode) throws IOException {
    Map<LayerObjects, List<ObjectRecords.Stored>> attribute = new LinkedHashMap<>();
    Map<LayerObjects, List<ObjectRecords.Stored>> content = new LinkedHashMap<>();
    List<ArchiveSink.Extent> data = new ArrayList<>();
    for (LayerObjects layer : sealed) {
      List<ObjectRecords.Stored> references = layer.references(inode);
      content.computeIfAbsent(layer, first -> new ArrayList<>()).addAll(references);
      for (long extent : LayerObjects.extents(references)) {
        data.add(new ArchiveSink.Extent(source(layer), extent));
      }
      for (ObjectRecords.Stored stored : layer.ofInode(inode)) {
        boolean isData = references.isEmpty() && RecordShape.mayHoldContent(stored.value());
        (stored.table() == RecordTable.INODE && isData ? content : attribute)
            .computeIfAbsent(layer, first -> new ArrayList<>())
            .add(stored);
      }
    }
    for (ObjectTree.Named named : tree.names(inode)) {
      attribute.computeIfAbsent(named.layer(), first -> new ArrayList<>()).add(entry(named));
    }
    data.forEach(extent -> count(extent.source().number())[1]++);
    return fitting(counted(attribute), counted(content), data);
  }

  private static Parts fitting(
      ObjectRecords attribute, ObjectRecords content, List<ArchiveSink.Extent> data) {
    if (attribute.encode().length <= ArchiveSink.LONGEST_ATTRIBUTE) {
      return new Parts(attribute, content, data);
    }
    List<ObjectRecords.OfLayer> all = new ArrayList<>(attribute.layers());
    all.addAll(content.layers());
    return new Parts(new ObjectRecords(List.of()), new ObjectRecords(all), data);
  }

  private ObjectRecords counted(Map<LayerObjects, List<ObjectRecords.Stored>> records) {
    List<ObjectRecords.OfLayer> layers = new ArrayList<>();
    records.forEach(
        (layer, stored) -> {
          count(layer.number())[0] += stored.size();
          layers.add(new ObjectRecords.OfLayer(layer.id(), stored));
        });
    return new ObjectRecords(layers);
  }

  /** Records, and extents. */
  private long[] count(long layer) {
    return counts.computeIfAbsent(layer, first -> new long[2]);
  }

  private LayerSummary summary(LayerObjects layer) throws IOException {
    long[] count = count(layer.number());
    return new LayerSummary(layer.id(), count[0], count[1], layer.own());
  }

  private static ObjectRecords.Stored entry(ObjectTree.Named named) throws IOException {
    return named
        .layer()
        .find(RecordTable.ENTRY, named.key())
        .orElseThrow(
            () -> new DamagedException("An entry vanished from a layer that does not grow."));
  }

  private ExtentSource source(LayerObjects layer) {
    ExtentSource source = extents.get(layer.number());
    if (source == null) {
      throw new IllegalArgumentException("no extents for layer " + layer.id());
    }
    return source;
  }
}
