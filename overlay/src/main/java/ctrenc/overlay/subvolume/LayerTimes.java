package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * How old what a layer holds is in backups: records of table CATALOG, in the terms of {@link
 * CatalogCodec}. Thread-safe.
 *
 * <pre>
 * key 20 | layer UUID (16)  value: version (1) | seconds since 1970 (8)
 * </pre>
 *
 * <p>A layer gets its time when it is first part of a backup or of a ciphertext view, and keeps it.
 * It is that of the snapshot, or some seconds off: no two layers have the same, and one that gets
 * its time later has a later one. So an object that was changed between two backups has another
 * time in the second, and one that was not has the same, for whoever compares whole seconds.
 */
final class LayerTimes {

  private static final byte TIME = 20;

  private final MetaStore meta;
  private final Map<UUID, Long> times = new HashMap<>();

  private LayerTimes(MetaStore meta) {
    this.meta = meta;
  }

  /** Reads all, and forgets those of no layer. */
  static LayerTimes read(MetaStore meta, Catalog catalog) throws IOException {
    LayerTimes read = new LayerTimes(meta);
    Set<UUID> known = catalog.layers().stream().map(LayerRecord::id).collect(Collectors.toSet());
    List<byte[]> stale = new ArrayList<>();
    byte[] to = {TIME + 1};
    try (MetaCursor cursor = meta.scan(Table.CATALOG, new byte[] {TIME}, to)) {
      while (cursor.next()) {
        UUID layer = CatalogFields.idOf(cursor.key());
        FieldReader in = CatalogFields.open(cursor.value(), "time of layer " + layer);
        long seconds = in.getLong();
        in.end();
        if (known.contains(layer)) {
          read.times.put(layer, seconds);
        } else {
          stale.add(cursor.key());
        }
      }
    }
    if (!stale.isEmpty()) {
      read.forget(stale);
    }
    return read;
  }

  private void forget(List<byte[]> keys) throws IOException {
    try (MetaBatch batch = meta.batch()) {
      keys.forEach(key -> batch.delete(Table.CATALOG, key));
      meta.commit(batch);
    }
  }

  /**
   * The times of the layers of a snapshot, which they keep from now on.
   *
   * @param layers top first
   * @param taken when the snapshot was
   */
  synchronized Map<UUID, Instant> of(List<UUID> layers, Instant taken) throws IOException {
    List<UUID> fresh = new ArrayList<>(layers.reversed());
    fresh.removeAll(times.keySet());
    long latest = times.values().stream().mapToLong(Long::longValue).max().orElse(Long.MIN_VALUE);
    long next = Math.max(latest + 1, taken.getEpochSecond() + 1 - fresh.size());
    if (!fresh.isEmpty()) {
      keep(fresh, next);
    }
    Map<UUID, Instant> all = new HashMap<>();
    layers.forEach(layer -> all.put(layer, Instant.ofEpochSecond(times.getOrDefault(layer, 0L))));
    return all;
  }

  /** They are durable before anybody sees them. */
  private void keep(List<UUID> layers, long from) throws IOException {
    Map<UUID, Long> kept = new HashMap<>();
    try (MetaBatch batch = meta.batch()) {
      for (UUID layer : layers) {
        long seconds = from + kept.size();
        kept.put(layer, seconds);
        FieldWriter out = new FieldWriter(16).putByte(CatalogCodec.VERSION).putLong(seconds);
        batch.put(Table.CATALOG, CatalogCodec.key(TIME, layer), out.toBytes());
      }
      meta.commit(batch);
    }
    meta.sync();
    times.putAll(kept);
  }
}
