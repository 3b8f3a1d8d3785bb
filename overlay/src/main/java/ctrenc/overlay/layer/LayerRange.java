package ctrenc.overlay.layer;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.TreeSet;

/** All records of a layer at once, without its key. Stateless. */
public final class LayerRange {

  private LayerRange() {}

  /** Deletes every record of a layer, those of its extents included. */
  public static void delete(MetaBatch batch, long layer) {
    byte[] from = RecordKeys.layer(layer);
    byte[] to = RecordKeys.layer(layer + 1);
    for (Table table : Table.values()) {
      if (table != Table.CATALOG) {
        batch.deleteRange(table, from, to);
      }
    }
  }

  /** The numbers of all layers that have records. */
  public static Set<Long> owners(MetaStore meta) throws IOException {
    Set<Long> owners = new TreeSet<>();
    for (Table table : Table.values()) {
      if (table != Table.CATALOG) {
        addOwners(meta, table, owners);
      }
    }
    return owners;
  }

  private static void addOwners(MetaStore meta, Table table, Set<Long> owners) throws IOException {
    byte[] end = RecordKeys.layer(Long.MAX_VALUE);
    long next = 0;
    boolean more = true;
    while (more) {
      try (MetaCursor cursor = meta.scan(table, RecordKeys.layer(next), end)) {
        more = cursor.next();
        if (more) {
          long owner = ByteBuffer.wrap(cursor.key()).getLong();
          owners.add(owner);
          next = owner + 1;
        }
      }
    }
  }

  /** How many inodes a layer has records of. */
  public static long countInodes(MetaStore meta, long layer) throws IOException {
    long count = 0;
    try (MetaCursor cursor =
        meta.scan(Table.INODE, RecordKeys.layer(layer), RecordKeys.layer(layer + 1))) {
      while (cursor.next()) {
        count++;
      }
    }
    return count;
  }
}
