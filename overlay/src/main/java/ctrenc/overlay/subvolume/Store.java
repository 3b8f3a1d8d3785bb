package ctrenc.overlay.subvolume;

import java.io.IOException;

/**
 * Everything under one state directory: images and subvolumes. One process at a time holds it.
 * Thread-safe.
 *
 * <p>Words: a subvolume is a stack of layers, its top the upper; a root is a subvolume shown
 * somewhere. A throwaway subvolume's KEK is in memory alone; a persistent one's is wrapped by
 * protectors and may be locked or unlocked.
 */
public interface Store extends AutoCloseable {

  Images images();

  Subvolumes subvolumes();

  Snapshots snapshots();

  Flattens flattens();

  /** Looks at the whole store; it may be in use. */
  CheckReport check() throws IOException;

  Protectors protectors();

  /** What keeps the store whole and small. */
  Upkeep upkeep();

  /** Moves roots between stores as they are sealed. */
  Transfers transfers();

  @Override
  void close() throws IOException;
}
