package ctrenc.cli.verb;

import ctrenc.proto.v1.CacheMode;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.Passthrough;

/** Cache modes as text. */
final class CacheText {

  private CacheText() {}

  static String mode(CacheMode mode) {
    return switch (mode) {
      case CACHE_MODE_IMAGE -> "image";
      case CACHE_MODE_WRITEBACK -> "writeback";
      case CACHE_MODE_UNSPECIFIED, UNRECOGNIZED -> "default";
    };
  }

  /** Empty where it is not known, because the root is not mounted. */
  static String passthrough(Passthrough passthrough) {
    return switch (passthrough) {
      case PASSTHROUGH_ACTIVE -> "active";
      case PASSTHROUGH_OFF -> "off";
      case PASSTHROUGH_UNSUPPORTED -> "unsupported";
      case PASSTHROUGH_UNPRIVILEGED -> "unprivileged";
      case PASSTHROUGH_STACKED -> "stacked";
      case PASSTHROUGH_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  static String details(Container container) {
    String mode = mode(container.getCache());
    String passthrough = passthrough(container.getPassthrough());
    return passthrough.isEmpty() ? mode : "%s, passthrough %s".formatted(mode, passthrough);
  }
}
