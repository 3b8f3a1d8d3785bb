package ctrenc.daemon.snapshotter;

import ctrenc.daemon.container.HostedRoots;
import java.util.UUID;

/** What is behind a snapshot. */
sealed interface Backing {

  /** A directory of its own, in clear: an image's layer, or what one is unpacked to. */
  record Tree() implements Backing {}

  /** The trees of its parent, for reading. */
  record Chain() implements Backing {}

  /** An encrypted root that is written to. */
  record Root(UUID root) implements Backing {}

  /** What an encrypted root held when it was committed. */
  record Frozen(HostedRoots.Frozen frozen) implements Backing {}

  /** What its parent has frozen, for reading. */
  record FrozenView() implements Backing {}

  /** Whether what stands on it has to be encrypted as well. */
  default boolean isEncrypted() {
    return switch (this) {
      case Tree _, Chain _ -> false;
      case Root _, Frozen _, FrozenView _ -> true;
    };
  }
}
