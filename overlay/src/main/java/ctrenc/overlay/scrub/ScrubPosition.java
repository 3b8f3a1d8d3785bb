package ctrenc.overlay.scrub;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a scrub of a store is: everything before it is verified. Layers come by their numbers,
 * which are never given twice, so that a position stays good when layers come and go.
 *
 * @param layer the layer's number in the store
 * @param number of the extent or inode that is next
 */
public record ScrubPosition(long layer, Step step, long number)
    implements Comparable<ScrubPosition> {

  /** What is verified of a layer, in this order. */
  public enum Step {
    /** Checksums of extents, without keys. */
    EXTENTS,
    /** The structure of records, without keys. */
    RECORDS,
    /** Seals of records and extents, where the keys are in memory. */
    SEALS
  }

  public static final ScrubPosition START = new ScrubPosition(0, Step.EXTENTS, 0);

  private static final Pattern TEXT = Pattern.compile("([0-9]{1,18})-([a-z]+)-([0-9]{1,18})");

  /** Reads what {@link #toString} wrote. */
  public static Optional<ScrubPosition> parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    for (Step step : Step.values()) {
      if (step.name().toLowerCase(Locale.ROOT).equals(parts.group(2))) {
        return Optional.of(
            new ScrubPosition(
                Long.parseLong(parts.group(1)), step, Long.parseLong(parts.group(3))));
      }
    }
    return Optional.empty();
  }

  /** From where to verify a step of a layer: empty where all of it was verified before this. */
  public Optional<Long> within(long ofLayer, Step ofStep) {
    int order = compareTo(new ScrubPosition(ofLayer, ofStep, number));
    if (order > 0) {
      return Optional.empty();
    }
    return Optional.of(order == 0 ? number : 0);
  }

  /** Where a layer that is not verified yet goes on: this, or its beginning. */
  public ScrubPosition startOf(long ofLayer) {
    return layer == ofLayer ? this : new ScrubPosition(ofLayer, Step.EXTENTS, 0);
  }

  @Override
  public int compareTo(ScrubPosition other) {
    int order = Long.compare(layer, other.layer);
    if (order == 0) {
      order = step.compareTo(other.step);
    }
    return order == 0 ? Long.compare(number, other.number) : order;
  }

  @Override
  public String toString() {
    return layer + "-" + step.name().toLowerCase(Locale.ROOT) + "-" + number;
  }
}
