package ctrenc.overlay.union;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.Layer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where a merge has put the bytes of the extents it met, so that files that share an extent share
 * it in the merged layer too. It remembers the extents that were met last, within a bound; what it
 * has forgotten is stored once more. Not thread-safe.
 */
final class MergedExtents {

  /** So many pieces are known at most, which take about 10 MB. */
  private static final int MOST = 1 << 16;

  /** An extent of a layer that is merged; another one with the same number has another seal. */
  private record Source(Layer layer, long extent, long sealHigh, long sealLow) {

    static Source of(Layer layer, ExtentReference reference) {
      return new Source(layer, reference.extent(), reference.sealHigh(), reference.sealLow());
    }
  }

  /** Bytes of an extent from {@code from} on, which are read and not stored yet. */
  private record Waiting(Source source, int from, int length) {}

  private final int most;

  /**
   * Merged pieces of each extent by where they begin in it; the extent that was met last is last.
   */
  private final Map<Source, NavigableMap<Integer, ExtentReference>> known =
      new LinkedHashMap<>(16, 0.75f, true);

  /** By their offsets in the file that is carried now. */
  private final NavigableMap<Long, Waiting> waiting = new TreeMap<>();

  private int pieces;

  MergedExtents() {
    this(MOST);
  }

  MergedExtents(int most) {
    this.most = most;
  }

  /** What the merged layer has of a reference's bytes, from its first one on. */
  Optional<ExtentReference> merged(Layer layer, ExtentReference reference) {
    Map.Entry<Integer, ExtentReference> piece =
        pieces(layer, reference).floorEntry(reference.from());
    if (piece == null) {
      return Optional.empty();
    }
    int skip = reference.from() - piece.getKey();
    int length = Math.min(reference.length(), piece.getValue().length() - skip);
    return length > 0 ? Optional.of(piece.getValue().part(skip, length)) : Optional.empty();
  }

  /** How many of a reference's bytes, of which the merged layer lacks the first, it lacks. */
  int lacking(Layer layer, ExtentReference reference) {
    Integer next = pieces(layer, reference).higherKey(reference.from());
    return next == null
        ? reference.length()
        : Math.min(reference.length(), next - reference.from());
  }

  private NavigableMap<Integer, ExtentReference> pieces(Layer layer, ExtentReference reference) {
    NavigableMap<Integer, ExtentReference> found = known.get(Source.of(layer, reference));
    return found == null ? new TreeMap<>() : found;
  }

  /** The bytes of a reference are read, and will be stored at {@code offset} of a file. */
  void read(Layer layer, ExtentReference reference, long offset) {
    waiting.put(
        offset, new Waiting(Source.of(layer, reference), reference.from(), reference.length()));
  }

  /** Bytes that were read are stored; the runs of a file come in their order. */
  void stored(FileRun.Data run) {
    Map.Entry<Long, Waiting> next = waiting.firstEntry();
    while (next != null && next.getKey() < run.end()) {
      stored(run, next.getKey(), next.getValue());
      next = waiting.firstEntry();
    }
    forget();
  }

  private void stored(FileRun.Data run, long offset, Waiting first) {
    int length = (int) Math.min(first.length, run.end() - offset);
    note(first.source, first.from, run.reference().part((int) (offset - run.offset()), length));
    waiting.remove(offset);
    if (length < first.length) {
      waiting.put(
          offset + length, new Waiting(first.source, first.from + length, first.length - length));
    }
  }

  private void note(Source source, int from, ExtentReference merged) {
    NavigableMap<Integer, ExtentReference> of = known.computeIfAbsent(source, _ -> new TreeMap<>());
    if (of.put(from, merged) == null) {
      pieces++;
    }
  }

  private void forget() {
    Iterator<NavigableMap<Integer, ExtentReference>> eldest = known.values().iterator();
    while (pieces > most) {
      pieces -= eldest.next().size();
      eldest.remove();
    }
  }
}
