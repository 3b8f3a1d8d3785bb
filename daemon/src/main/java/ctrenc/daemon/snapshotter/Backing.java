package ctrenc.daemon.snapshotter;

import ctrenc.daemon.container.HostedRoot;
import ctrenc.daemon.container.HostedRoots;
import ctrenc.daemon.container.RootKey;
import java.util.Optional;

/** What is behind a snapshot. */
sealed interface Backing {

  /** A directory of its own, in clear: an image's layer, or what one is unpacked to. */
  record Tree() implements Backing {}

  /** The trees of its parent, for reading. */
  record Chain() implements Backing {}

  /** An encrypted root that is written to. */
  record Root(HostedRoot root) implements Backing {}

  /** What an encrypted root held when it was committed. */
  record Frozen(HostedRoots.Frozen frozen) implements Backing {}

  /**
   * A root of its own on its parent, for reading: as any root it goes on over the daemon's death.
   * It is throwaway, and can be made anew as long as the parent is there.
   */
  record View(HostedRoot root) implements Backing {}

  /** What opens an encrypted committed snapshot; empty for others. */
  default Optional<RootKey> key() {
    return this instanceof Frozen(HostedRoots.Frozen frozen)
        ? Optional.of(frozen.root().key())
        : Optional.empty();
  }

  /** Whether what stands on it has to be encrypted as well. */
  default boolean isEncrypted() {
    return switch (this) {
      case Tree _, Chain _ -> false;
      case Root _, Frozen _, View _ -> true;
    };
  }
}
