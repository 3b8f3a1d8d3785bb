package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A subvolume to be made.
 *
 * @param keysOf the one whose KEK it has as well; without it one of its own, and an upper
 */
record SubvolumePlan(
    UUID id,
    String name,
    Base base,
    Protection protection,
    LowersSource lowers,
    Optional<UUID> keysOf) {

  /** Puts the lowers of a new subvolume into its change. */
  interface LowersSource {
    List<SubvolumeRecord.Level> in(CatalogEdit edit, UUID subvolume) throws IOException;
  }

  /** What unlocks a new subvolume, as its key file has it; empty for a throwaway one. */
  interface Protection {
    Optional<byte[]> of(UUID subvolume) throws IOException;
  }
}
