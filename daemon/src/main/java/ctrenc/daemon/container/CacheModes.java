package ctrenc.daemon.container;

import ctrenc.overlay.fuse.CacheMode;
import java.util.Optional;

/** Cache modes in the words of the overlay and in those of the wire. */
final class CacheModes {

  private CacheModes() {}

  /** The mode that a container asks for, or else {@code usual}. */
  static CacheMode wanted(ctrenc.proto.v1.CacheMode wire, CacheMode usual) {
    return switch (wire) {
      case CACHE_MODE_IMAGE -> CacheMode.IMAGE;
      case CACHE_MODE_WRITEBACK -> CacheMode.WRITEBACK;
      case CACHE_MODE_UNSPECIFIED, UNRECOGNIZED -> usual;
    };
  }

  /** The mode that a root is mounted in. */
  static ctrenc.proto.v1.CacheMode of(MountedRoot shown) {
    return switch (shown.cache()) {
      case IMAGE -> ctrenc.proto.v1.CacheMode.CACHE_MODE_IMAGE;
      case WRITEBACK -> ctrenc.proto.v1.CacheMode.CACHE_MODE_WRITEBACK;
    };
  }

  static ctrenc.proto.v1.Passthrough passthrough(Optional<MountedRoot> shown) {
    if (shown.isEmpty()) {
      return ctrenc.proto.v1.Passthrough.PASSTHROUGH_UNSPECIFIED;
    }
    return switch (shown.get().mount().passthrough()) {
      case ACTIVE -> ctrenc.proto.v1.Passthrough.PASSTHROUGH_ACTIVE;
      case OFF -> ctrenc.proto.v1.Passthrough.PASSTHROUGH_OFF;
      case UNSUPPORTED -> ctrenc.proto.v1.Passthrough.PASSTHROUGH_UNSUPPORTED;
      case UNPRIVILEGED -> ctrenc.proto.v1.Passthrough.PASSTHROUGH_UNPRIVILEGED;
      case STACKED -> ctrenc.proto.v1.Passthrough.PASSTHROUGH_STACKED;
    };
  }
}
