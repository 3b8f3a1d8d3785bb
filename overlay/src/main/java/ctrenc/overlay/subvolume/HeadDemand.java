package ctrenc.overlay.subvolume;

import java.util.Optional;

/**
 * What an unlocking asks of the state that it opens.
 *
 * @param head what the state must have come after
 * @param isAnyAccepted open it even if it did not, or if the root demands a HEAD and there is none
 */
public record HeadDemand(Optional<Head> head, boolean isAnyAccepted) {

  public static final HeadDemand NONE = new HeadDemand(Optional.empty(), false);
}
