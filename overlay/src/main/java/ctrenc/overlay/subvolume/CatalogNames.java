package ctrenc.overlay.subvolume;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** How images and subvolumes are called and found. Stateless. */
final class CatalogNames {

  private static final int MAX_LENGTH = 1024;

  private CatalogNames() {}

  static void check(String name) {
    if (name.isEmpty() || name.length() > MAX_LENGTH || name.indexOf(0) >= 0) {
      throw new IllegalArgumentException(
          "a name has 1 to " + MAX_LENGTH + " characters, none of them zero");
    }
  }

  /** By name, by id, or by the beginning of one id alone. */
  static <T> Optional<T> find(
      List<T> all, Function<T, String> name, Function<T, UUID> id, String reference) {
    for (T one : all) {
      if (name.apply(one).equals(reference) || id.apply(one).toString().equals(reference)) {
        return Optional.of(one);
      }
    }
    List<T> beginning =
        all.stream()
            .filter(one -> !reference.isEmpty() && id.apply(one).toString().startsWith(reference))
            .toList();
    return beginning.size() == 1 ? Optional.of(beginning.getFirst()) : Optional.empty();
  }
}
