package ctrenc.daemon.snapshotter;

import ctrenc.daemon.container.RootKey;

/** How a snapshot is kept. */
sealed interface Policy {

  /** In clear, as an image's layer. */
  record Plain() implements Policy {}

  /**
   * Under a key of its own.
   *
   * @param key what opens it after a restart
   * @param quota the most bytes that it may take; 0 for no limit
   */
  record Encrypted(RootKey key, long quota) implements Policy {}
}
