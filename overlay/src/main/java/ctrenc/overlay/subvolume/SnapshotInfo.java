package ctrenc.overlay.subvolume;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A snapshot, by the name it has among those of its subvolume.
 *
 * @param head of what it holds, told once, when it is made; empty later, and if the keys were not
 *     in memory
 */
public record SnapshotInfo(
    UUID id, UUID subvolume, String name, Instant created, Optional<Head> head) {

  /** One that is there. */
  public SnapshotInfo(UUID id, UUID subvolume, String name, Instant created) {
    this(id, subvolume, name, created, Optional.empty());
  }
}
