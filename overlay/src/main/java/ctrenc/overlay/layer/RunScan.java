package ctrenc.overlay.layer;

import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.UnreadableException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Reads the runs of all files of a layer. Stateless. */
final class RunScan {

  private RunScan() {}

  static Map<Long, Long> references(LayerTable table) throws IOException {
    Map<Long, Long> references = new HashMap<>();
    byte[] from = RecordKeys.layer(table.layer());
    byte[] to = RecordKeys.layer(table.layer() + 1);
    try (MetaCursor cursor = table.meta().scan(Table.REFERENCE, from, to)) {
      while (cursor.next()) {
        FileRun run = table.readRun(cursor.key(), cursor.value());
        if (run instanceof FileRun.Data data) {
          references.merge(data.reference().extent(), 1L, Long::sum);
        }
      }
    }
    return references;
  }

  /** The inodes that refer to extents by references of which that part is sealed. */
  static Map<Long, SortedSet<Long>> sealedOwners(LayerTable table, Set<Long> extents)
      throws IOException {
    Map<Long, SortedSet<Long>> owners = new HashMap<>();
    byte[] from = RecordKeys.layer(table.layer());
    byte[] to = RecordKeys.layer(table.layer() + 1);
    try (MetaCursor cursor = table.meta().scan(Table.REFERENCE, from, to)) {
      while (cursor.next()) {
        byte[] key = cursor.key();
        OptionalLong extent = sealedExtent(table, key, cursor.value());
        if (extent.isPresent() && extents.contains(extent.getAsLong())) {
          owners
              .computeIfAbsent(extent.getAsLong(), any -> new TreeSet<>())
              .add(RecordShape.owner(key));
        }
      }
    }
    return owners;
  }

  private static OptionalLong sealedExtent(LayerTable table, byte[] key, byte[] value)
      throws IOException {
    if (RecordShape.fault(Table.REFERENCE, key, value).isPresent()
        || RecordShape.extentOf(value).isPresent()) {
      return OptionalLong.empty();
    }
    try {
      return table.readRun(key, value) instanceof FileRun.Data data
          ? OptionalLong.of(data.reference().extent())
          : OptionalLong.empty();
    } catch (UnreadableException e) {
      // The reader has reported it; the other references are known all the same.
      return OptionalLong.empty();
    }
  }
}
