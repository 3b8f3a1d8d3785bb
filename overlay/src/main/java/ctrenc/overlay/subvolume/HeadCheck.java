package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.EncryptedLayer;
import ctrenc.overlay.layer.LayerHeads;
import ctrenc.overlay.layer.NestedHead;
import ctrenc.overlay.layer.StateScrub;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Holds the encrypted layers of one stack, top first, against what was said of it earlier. A stack
 * came after a HEAD if one of its layers remembers it, if what was under that layer is there
 * unchanged, or was merged, and if every layer is what its state root says. Not thread-safe.
 */
final class HeadCheck {

  private static final long PART = 16L << 20;

  private final String what;
  private final List<EncryptedLayer> layers;

  /**
   * @param what the root or the nested subvolume, for sentences
   */
  HeadCheck(String what, List<EncryptedLayer> layers) {
    this.what = what;
    this.layers = layers;
  }

  /** The state roots of layers. */
  static Map<UUID, byte[]> roots(List<EncryptedLayer> layers) throws IOException {
    Map<UUID, byte[]> roots = new LinkedHashMap<>();
    for (EncryptedLayer layer : layers) {
      roots.put(layer.id(), layer.heads().root());
    }
    return roots;
  }

  /**
   * Returns what the HEAD says of subvolumes that were nested in this one.
   *
   * @throws RolledBackException if the stack did not come after it
   */
  List<NestedHead> requireAfter(byte[] tag) throws IOException {
    Set<UUID> merged = merged();
    for (int i = 0; i < layers.size(); i++) {
      Optional<LayerHeads.Head> found = layers.get(i).heads().find(tag);
      if (found.isPresent()
          && holds(found.get().lowers(), roots(layers.subList(i + 1, layers.size())), merged)) {
        requireWhole();
        return found.get().nested();
      }
    }
    throw older();
  }

  /** The same of what the HEAD of another subvolume says of this one, which is nested in it. */
  void require(NestedHead said) throws IOException {
    if (said.tag().isPresent()) {
      requireAfter(said.tag().get());
      return;
    }
    if (!holds(said.layers(), roots(layers), merged())) {
      throw older();
    }
    requireWhole();
  }

  private RolledBackException older() {
    return new RolledBackException(
        "What is stored of "
            + what
            + " is older than the HEAD, or never was at it: somebody put back an older copy, or the"
            + " HEAD is of another root. After a restore of your own, --accept-rollback opens what"
            + " is there.");
  }

  private Set<UUID> merged() throws IOException {
    Set<UUID> merged = new HashSet<>();
    for (EncryptedLayer layer : layers) {
      merged.addAll(layer.heads().merged());
    }
    return merged;
  }

  private static boolean holds(
      Map<UUID, byte[]> expected, Map<UUID, byte[]> found, Set<UUID> merged) {
    return expected.entrySet().stream()
        .allMatch(
            lower ->
                found.containsKey(lower.getKey())
                    ? Arrays.equals(found.get(lower.getKey()), lower.getValue())
                    : merged.contains(lower.getKey()));
  }

  private void requireWhole() throws IOException {
    for (EncryptedLayer layer : layers) {
      try (StateScrub scrub = layer.stateScrub()) {
        boolean isMore = true;
        while (isMore) {
          isMore = layer.sumSome(scrub, PART);
        }
        Optional<String> fault = scrub.fault();
        if (fault.isPresent()) {
          throw new RolledBackException(
              fault.get() + " Restore the root, or open what is there with --accept-rollback.");
        }
      }
    }
  }
}
