package ctrenc.overlay.subvolume;

import java.util.List;
import java.util.UUID;

/**
 * What becomes unreadable when a subvolume is destroyed with its snapshots and what is nested in
 * it, and what does not, as far as this store knows: what was sent or backed up opens elsewhere
 * with what opened it here.
 *
 * @param layers sealed layers of it whose keys are wrapped nowhere else, and die
 * @param readers other subvolumes whose keys open layers of it
 */
public record KeyLoss(int layers, List<Reader> readers) {

  /**
   * A subvolume that shares layers.
   *
   * @param layers how many of them it opens
   */
  public record Reader(UUID subvolume, String name, int layers) {}
}
