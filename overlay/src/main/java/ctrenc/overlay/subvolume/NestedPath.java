package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.util.Optional;
import java.util.UUID;

/** Says where in its root a subvolume is nested, as far as keys are in memory. Stateless. */
final class NestedPath {

  private NestedPath() {}

  /**
   * The path of its directory: empty text for a root, and for one in a place that is not known. A
   * guard is held for one subvolume at a time.
   */
  static String of(StackKeeping stacks, UUID subvolume) throws IOException {
    StringBuilder path = new StringBuilder();
    Optional<NestRecord> nest = stacks.tools().nests().find(subvolume);
    int left = stacks.tools().nests().nests().size();
    while (nest.isPresent() && left > 0) {
      Optional<String> place = place(stacks, nest.get());
      if (place.isEmpty()) {
        return "";
      }
      path.insert(0, place.get());
      nest = stacks.tools().nests().find(nest.get().parent());
      left--;
    }
    return path.toString();
  }

  private static Optional<String> place(StackKeeping stacks, NestRecord nest) throws IOException {
    Optional<SubvolumeRecord> parent = stacks.catalog().subvolume(nest.parent());
    if (parent.isEmpty()) {
      return Optional.empty();
    }
    LayerRecord top = stacks.catalog().layer(parent.get().stack().getFirst().layer());
    return new OpenedLayer(stacks, top)
        .use((owner, layers, index) -> PathFinder.of(layers).path(nest.anchor()))
        .flatMap(path -> path);
  }
}
