package ctrenc.overlay.layer;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What a HEAD says of a subvolume that was nested in the one that it is of.
 *
 * @param owner the subvolume that the nested one's keys are bound to, which stays the same where it
 *     is restored or received
 * @param tag the nested one's own HEAD, which a layer of it remembers; or, of one whose layers did
 *     not grow any more, empty
 * @param layers the state roots of those layers, where there is no tag
 */
public record NestedHead(UUID owner, Optional<byte[]> tag, Map<UUID, byte[]> layers) {

  public static NestedHead of(UUID owner, byte[] tag) {
    return new NestedHead(owner, Optional.of(tag), Map.of());
  }

  public static NestedHead frozen(UUID owner, Map<UUID, byte[]> layers) {
    return new NestedHead(owner, Optional.empty(), layers);
  }
}
