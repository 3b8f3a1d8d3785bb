package ctrenc.overlay.subvolume;

import java.util.List;
import java.util.UUID;

/**
 * Which keys a removal destroyed, and what can be read nevertheless, as far as this store knows:
 * what was sent or backed up opens elsewhere with what opened it here.
 *
 * @param subvolumes those of which no KEK is left in the store, itself and nested ones; one whose
 *     KEK another one has too, because it came from the same subvolume, is not among them
 * @param layers sealed layers whose keys were wrapped nowhere else, and are gone
 * @param shared the other sealed layers of what was removed, and who opens them still
 */
public record KeyLoss(List<UUID> subvolumes, List<UUID> layers, List<SealedLayer> shared) {

  /** Nothing was removed. */
  public static final KeyLoss NONE = new KeyLoss(List.of(), List.of(), List.of());
}
