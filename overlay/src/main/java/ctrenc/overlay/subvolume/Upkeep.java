package ctrenc.overlay.subvolume;

import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.scrub.ScrubSink;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;

/** What keeps a store whole and small while it is in use. Thread-safe. */
public interface Upkeep {

  /**
   * Verifies what is stored: every checksum and every structural rule; where the keys are in
   * memory, every seal and every reference as well.
   *
   * @param subvolume whose layers are verified, those of its snapshots included; empty is the whole
   *     store
   * @param from where an earlier one ended
   * @param pace how fast it may read
   */
  void verify(Optional<UUID> subvolume, ScrubPosition from, Pace pace, ScrubSink sink)
      throws IOException;

  /** The bytes that {@link #verify} reads from segment files for all there is. */
  long bytesToVerify(Optional<UUID> subvolume) throws IOException;
}
