package ctrenc.overlay.extent;

import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Reads the location map of a whole layer, without its key. Stateless. */
public final class PlaceScan {

  private PlaceScan() {}

  /**
   * How many references each extent of a layer that has a place counts; 0 is one that is dead and
   * not freed yet.
   *
   * @throws DamagedException if a record cannot be, or counts references of an extent without place
   */
  public static Map<Long, Long> references(MetaStore meta, long layer) throws IOException {
    byte[] from = ExtentKeys.extent(layer, 0);
    byte[] to = ExtentKeys.afterExtents(layer);
    Map<Long, Long> references = new HashMap<>();
    try (MetaCursor places = meta.scan(Table.PLACE, from, to)) {
      while (places.next()) {
        long extent = ExtentKeys.extentOf(places.key());
        PlaceRecord.decode(places.value(), "extent " + extent);
        references.put(extent, 1L);
      }
    }
    try (MetaCursor shares = meta.scan(Table.SHARE, from, to)) {
      while (shares.next()) {
        add(references, ExtentKeys.extentOf(shares.key()), shares.value());
      }
    }
    return references;
  }

  private static void add(Map<Long, Long> references, long extent, byte[] share)
      throws DamagedException {
    if (Shares.isImpossible(Optional.of(share)) || !references.containsKey(extent)) {
      throw new DamagedException("The references of extent " + extent + " are counted wrongly.");
    }
    references.merge(extent, Shares.sum(Optional.of(share)), Long::sum);
  }
}
