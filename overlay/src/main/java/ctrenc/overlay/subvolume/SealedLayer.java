package ctrenc.overlay.subvolume;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A sealed layer. It has exactly one key, so its id names that key too.
 *
 * @param readers whose stacks have its key, wrapped, by name and then by snapshot
 */
public record SealedLayer(UUID id, List<Reader> readers) {

  /**
   * A subvolume, or one snapshot of it, that has the key of a layer.
   *
   * @param root the one that the subvolume is nested in at some depth, or itself
   * @param name what the store calls the subvolume
   * @param snapshot the snapshot's name; empty: the subvolume reads the layer in what it holds now
   */
  public record Reader(UUID subvolume, UUID root, String name, Optional<String> snapshot) {}
}
