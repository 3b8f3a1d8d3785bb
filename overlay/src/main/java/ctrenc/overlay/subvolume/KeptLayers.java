package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Layers of which a part came, or that came whole before their stream was cut, and wait for the
 * rest: records of table CATALOG, in the terms of {@link CatalogCodec}. Thread-safe.
 *
 * <pre>
 * key 19 | layer UUID (16)  value: version (1) | layer number (8) | last extent that came (8) | UUID of the layer to go on with (16)
 * </pre>
 *
 * <p>Whoever goes on with one leaves its record there until the root shows, or the layer goes: a
 * process that dies meanwhile leaves what was kept. Extents behind the last one, which it may have
 * left besides, come again.
 */
final class KeptLayers {

  private static final byte KEPT = 19;

  /**
   * A layer that is being built.
   *
   * @param last the extent that came last
   * @param goesOn the layer of its stream of which a part came: itself, or a later one
   */
  record Kept(UUID id, long number, long last, UUID goesOn) {

    boolean isWhole() {
      return !goesOn.equals(id);
    }
  }

  private final MetaStore meta;
  private final Map<UUID, Kept> layers = new ConcurrentHashMap<>();

  private KeptLayers(MetaStore meta) {
    this.meta = meta;
  }

  /** Reads all, and forgets those whose layer is not being built any more. */
  static KeptLayers read(MetaStore meta, Catalog catalog) throws IOException {
    KeptLayers read = new KeptLayers(meta);
    Set<Long> building =
        catalog.layers().stream()
            .filter(layer -> layer.state() == LayerRecord.State.BUILDING)
            .map(LayerRecord::number)
            .collect(Collectors.toSet());
    byte[] to = {KEPT + 1};
    try (MetaCursor cursor = meta.scan(Table.CATALOG, new byte[] {KEPT}, to)) {
      while (cursor.next()) {
        UUID id = CatalogFields.idOf(cursor.key());
        FieldReader in = CatalogFields.open(cursor.value(), "layer kept of a stream " + id);
        read.layers.put(id, new Kept(id, in.getSize(), in.getSize(), in.getId()));
        in.end();
      }
    }
    for (Kept one : List.copyOf(read.layers.values())) {
      if (!building.contains(one.number())) {
        read.layers.remove(one.id());
        read.forget(one.id());
      }
    }
    return read;
  }

  /** Waits for the rest. They are durable when this returns. */
  void keep(List<Kept> kept) throws IOException {
    mark(kept);
    kept.forEach(one -> layers.put(one.id(), one));
  }

  /** The same for the case that the process dies; whoever receives the rest goes on with it. */
  void mark(List<Kept> kept) throws IOException {
    try (MetaBatch batch = meta.batch()) {
      for (Kept one : kept) {
        FieldWriter out = new FieldWriter(64).putByte(CatalogCodec.VERSION);
        out.putLong(one.number()).putLong(one.last()).putId(one.goesOn());
        batch.put(Table.CATALOG, CatalogCodec.key(KEPT, one.id()), out.toBytes());
      }
      meta.commit(batch);
    }
    meta.sync();
  }

  Optional<Kept> find(UUID layer) {
    return Optional.ofNullable(layers.get(layer));
  }

  /** Gives a layer to the caller alone, who goes on with it, or removes it and forgets it. */
  Optional<Kept> take(UUID layer) {
    return Optional.ofNullable(layers.remove(layer));
  }

  /** To be called before a layer goes that the caller took or marked, or once it is in a root. */
  void forget(UUID layer) throws IOException {
    try (MetaBatch batch = meta.batch()) {
      batch.delete(Table.CATALOG, CatalogCodec.key(KEPT, layer));
      meta.commit(batch);
    }
  }

  /** Where streams go on of which something was kept. */
  List<ResumePoint> points() {
    return layers.values().stream()
        .filter(one -> !one.isWhole())
        .map(one -> new ResumePoint(one.id(), one.last()))
        .toList();
  }

  /** Where a stream goes on with a layer of which a part was kept. */
  Optional<ResumePoint> point(UUID goesOn) {
    return find(goesOn).map(one -> new ResumePoint(goesOn, one.last()));
  }

  /** What was kept of the stream that goes on with a layer. */
  List<Kept> before(UUID goesOn) {
    return layers.values().stream().filter(one -> one.goesOn().equals(goesOn)).toList();
  }

  /** The numbers of all. */
  Set<Long> numbers() {
    return layers.values().stream().map(Kept::number).collect(Collectors.toSet());
  }
}
