package ctrenc.overlay.subvolume;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** A fresh id for each of those that something is made of. Not thread-safe. */
final class FreshIds {

  private final Map<UUID, UUID> ids = new HashMap<>();

  /** The same for the same one. */
  UUID of(UUID former) {
    return ids.computeIfAbsent(former, unused -> UUID.randomUUID());
  }
}
