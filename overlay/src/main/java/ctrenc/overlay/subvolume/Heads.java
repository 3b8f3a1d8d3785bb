package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.util.Optional;
import java.util.UUID;

/** The HEADs of subvolumes: see {@link Head}. Thread-safe. */
public interface Heads {

  /**
   * A HEAD of what a subvolume holds now, or had held when its last change was made; durable when
   * this returns. Empty where its keys are not in memory.
   */
  Optional<Head> give(UUID subvolume) throws IOException;

  /**
   * Whether unlocking demands a HEAD from now on.
   *
   * @throws ctrenc.overlay.storage.KeyAbsentException if it is locked
   */
  void demand(UUID subvolume, boolean isDemanded) throws IOException;
}
