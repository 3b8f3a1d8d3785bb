package ctrenc.overlay.subvolume;

import java.util.Optional;
import java.util.UUID;

/**
 * Where a stream that was cut is to go on. As text it is {@code LAYER:EXTENT}.
 *
 * @param layer of which a part came; those that the stream has before it came as a whole
 * @param extent the last one of it that came
 */
public record ResumePoint(UUID layer, long extent) {

  /** The point that a text says, if it says one. */
  public static Optional<ResumePoint> parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return Optional.empty();
    }
    try {
      UUID layer = UUID.fromString(text.substring(0, colon));
      long extent = Long.parseLong(text.substring(colon + 1));
      return extent > 0 ? Optional.of(new ResumePoint(layer, extent)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return layer + ":" + extent;
  }
}
