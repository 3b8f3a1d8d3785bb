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
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the catalog says besides of subvolumes that came from elsewhere, or were frozen while
 * locked. Thread-safe.
 *
 * <pre>
 * key 9 | subvolume UUID (16)  value: version (1) | owner UUID (16) | frozen (1)
 * </pre>
 *
 * <p>The owner is the subvolume that the keys are bound to: the one that was sent, of which a store
 * may hold several. A frozen subvolume's first layer does not grow any more; before it is used, a
 * fresh one is pushed on it, which needs the KEK. A record without a subvolume is left by a crash
 * and means nothing.
 */
final class Arrivals {

  private static final byte ARRIVAL = 9;

  private record Arrival(UUID owner, boolean frozen) {}

  private final MetaStore meta;
  private final Map<UUID, Arrival> arrivals = new ConcurrentHashMap<>();

  private Arrivals(MetaStore meta) {
    this.meta = meta;
  }

  /** Reads all, and forgets those of no subvolume. */
  static Arrivals read(MetaStore meta, Catalog catalog) throws IOException {
    Arrivals read = new Arrivals(meta);
    byte[] to = {ARRIVAL + 1};
    try (MetaCursor cursor = meta.scan(Table.CATALOG, new byte[] {ARRIVAL}, to)) {
      while (cursor.next()) {
        UUID subvolume = CatalogFields.idOf(cursor.key());
        FieldReader in = CatalogFields.open(cursor.value(), "arrival " + subvolume);
        read.arrivals.put(subvolume, new Arrival(in.getId(), in.getFlag()));
        in.end();
      }
    }
    for (UUID subvolume : Map.copyOf(read.arrivals).keySet()) {
      if (catalog.subvolume(subvolume).isEmpty()) {
        read.forget(subvolume);
      }
    }
    return read;
  }

  /** The subvolume that a subvolume's keys are bound to: itself, unless it came from elsewhere. */
  UUID owner(UUID subvolume) {
    return Optional.ofNullable(arrivals.get(subvolume)).map(Arrival::owner).orElse(subvolume);
  }

  /** The subvolumes that came from elsewhere, and whose keys are bound to {@code owner}. */
  List<UUID> of(UUID owner) {
    return arrivals.entrySet().stream()
        .filter(arrival -> arrival.getValue().owner().equals(owner))
        .map(Map.Entry::getKey)
        .toList();
  }

  boolean isFrozen(UUID subvolume) {
    return Optional.ofNullable(arrivals.get(subvolume)).map(Arrival::frozen).orElse(false);
  }

  /** To be called before the catalog knows the subvolume. */
  void arrive(UUID subvolume, UUID owner) throws IOException {
    put(subvolume, new Arrival(owner, true));
  }

  void setFrozen(UUID subvolume, boolean frozen) throws IOException {
    put(subvolume, new Arrival(owner(subvolume), frozen));
  }

  void forget(UUID subvolume) throws IOException {
    try (MetaBatch batch = meta.batch()) {
      batch.delete(Table.CATALOG, CatalogCodec.key(ARRIVAL, subvolume));
      meta.commit(batch);
    }
    arrivals.remove(subvolume);
  }

  private void put(UUID subvolume, Arrival arrival) throws IOException {
    FieldWriter out = new FieldWriter(32).putByte(CatalogCodec.VERSION);
    out.putId(arrival.owner()).putByte(arrival.frozen() ? 1 : 0);
    try (MetaBatch batch = meta.batch()) {
      batch.put(Table.CATALOG, CatalogCodec.key(ARRIVAL, subvolume), out.toBytes());
      meta.commit(batch);
    }
    arrivals.put(subvolume, arrival);
  }
}
