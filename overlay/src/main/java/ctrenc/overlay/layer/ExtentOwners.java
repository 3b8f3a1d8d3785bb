package ctrenc.overlay.layer;

import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.meta.Table;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Says whose bytes lie in extents, by one look at all references of a layer, without its key.
 * Stateless.
 */
public final class ExtentOwners {

  private ExtentOwners() {}

  /**
   * The inodes of a layer that refer to some of its extents. What only references of the first
   * version refer to is not in the answer: those seal the extent.
   */
  public static Map<Long, SortedSet<Long>> find(MetaReader meta, long layer, Set<Long> extents)
      throws IOException {
    Map<Long, SortedSet<Long>> owners = new TreeMap<>();
    byte[] from = RecordKeys.layer(layer);
    try (MetaCursor cursor = meta.scan(Table.REFERENCE, from, RecordKeys.layer(layer + 1))) {
      while (cursor.next()) {
        OptionalLong extent = extent(cursor.key(), cursor.value());
        if (extent.isPresent() && extents.contains(extent.getAsLong())) {
          owners
              .computeIfAbsent(extent.getAsLong(), any -> new TreeSet<>())
              .add(RecordShape.owner(cursor.key()));
        }
      }
    }
    return owners;
  }

  private static OptionalLong extent(byte[] key, byte[] value) {
    return RecordShape.fault(Table.REFERENCE, key, value).isPresent()
        ? OptionalLong.empty()
        : RecordShape.extentOf(value);
  }
}
