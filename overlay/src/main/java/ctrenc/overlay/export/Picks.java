package ctrenc.overlay.export;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which objects of a backup are asked for, by their places: each with all below it, and the
 * directories above it. Not thread-safe.
 */
final class Picks implements Predicate<String> {

  private final List<String> places;
  private final Set<String> missing;

  /**
   * @param places none asks for everything
   */
  Picks(List<String> places) {
    this.places = List.copyOf(places);
    this.missing = new HashSet<>(places);
  }

  @Override
  public boolean test(String place) {
    boolean isWanted = places.isEmpty();
    for (String pick : places) {
      if (place.equals(pick) || place.startsWith(pick + "/")) {
        missing.remove(pick);
        isWanted = true;
      }
      isWanted |= pick.startsWith(place + "/");
    }
    return isWanted;
  }

  /** Whether an object itself was asked for, and not only what is above or below it. */
  boolean isOne(String place) {
    return places.contains(place);
  }

  /** What was asked for and did not come. */
  Set<String> missing() {
    return missing;
  }
}
