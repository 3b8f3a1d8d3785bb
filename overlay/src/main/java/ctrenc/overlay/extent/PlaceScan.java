package ctrenc.overlay.extent;

import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the location map of a whole layer, without its key. Stateless. */
public final class PlaceScan {

  private static final int PAGE = 512;

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

  /** Refuses what cannot be the record of how far the extents of a layer go. */
  public static void checkState(byte[] stored, long layer)
      throws DamagedException, FormatTooNewException {
    ExtentState.decode(stored, layer);
  }

  /** Takes the extents of a layer, by ascending id. */
  @FunctionalInterface
  public interface Visitor {

    /**
     * An extent that has a place.
     *
     * @param stored its record, which {@link PlaceRecord#decode} may refuse
     */
    void extent(long extent, byte[] stored) throws IOException;
  }

  /**
   * Visits the extents of a layer from an id on, as they are when it comes to them: the layer may
   * be in use, and nothing is held over the visits.
   */
  public static void walk(MetaReader meta, long layer, long from, Visitor visitor)
      throws IOException {
    long next = from;
    Map<Long, byte[]> page = page(meta, layer, next);
    while (!page.isEmpty()) {
      for (Map.Entry<Long, byte[]> placed : page.entrySet()) {
        visitor.extent(placed.getKey(), placed.getValue());
        next = placed.getKey() + 1;
      }
      page = page(meta, layer, next);
    }
  }

  private static Map<Long, byte[]> page(MetaReader meta, long layer, long from) throws IOException {
    Map<Long, byte[]> page = new LinkedHashMap<>();
    byte[] first = ExtentKeys.extent(layer, from);
    try (MetaCursor places = meta.scan(Table.PLACE, first, ExtentKeys.afterExtents(layer))) {
      while (page.size() < PAGE && places.next()) {
        page.put(ExtentKeys.extentOf(places.key()), places.value());
      }
    }
    return page;
  }

  /** The record of an extent that has a place and a reference. */
  public static Optional<byte[]> living(MetaReader meta, long layer, long extent)
      throws IOException {
    byte[] key = ExtentKeys.extent(layer, extent);
    // The share first: both records of what is freed go in one batch, so one that has no share any
    // more has no place either.
    boolean isDead = Shares.isUnreferenced(meta.get(Table.SHARE, key));
    return isDead ? Optional.empty() : meta.get(Table.PLACE, key);
  }

  /** References beyond the first; -1 where there is none at all. */
  public static long share(MetaReader meta, long layer, long extent) throws IOException {
    return Shares.sum(meta.get(Table.SHARE, ExtentKeys.extent(layer, extent)));
  }

  /**
   * The extents whose references are counted and that have no place, or that count fewer than none.
   * The layer may be in use.
   */
  public static List<Long> miscounted(MetaReader meta, long layer) throws IOException {
    List<Long> wrong = new ArrayList<>();
    byte[] to = ExtentKeys.afterExtents(layer);
    try (MetaCursor shares = meta.scan(Table.SHARE, ExtentKeys.extent(layer, 0), to)) {
      while (shares.next()) {
        boolean isImpossible = Shares.isImpossible(Optional.of(shares.value()));
        // Both records go in one batch, and the share is looked at last.
        if (isImpossible
            || (meta.get(Table.PLACE, shares.key()).isEmpty()
                && meta.get(Table.SHARE, shares.key()).isPresent())) {
          wrong.add(ExtentKeys.extentOf(shares.key()));
        }
      }
    }
    return wrong;
  }

  private static void add(Map<Long, Long> references, long extent, byte[] share)
      throws DamagedException {
    if (Shares.isImpossible(Optional.of(share)) || !references.containsKey(extent)) {
      throw new DamagedException("The references of extent " + extent + " are counted wrongly.");
    }
    references.merge(extent, Shares.sum(Optional.of(share)), Long::sum);
  }
}
