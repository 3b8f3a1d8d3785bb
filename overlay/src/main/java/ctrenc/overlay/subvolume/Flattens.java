package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * Flattening of subvolumes: the layers under the upper become one, under a fresh key, while the
 * subvolume may be in use. What layers hide from each other and what was removed takes no room
 * afterwards, and the old keys open nothing of it any more. One at a time for each subvolume; what
 * a process did not finish goes on when the subvolume is unlocked again. Thread-safe.
 */
public interface Flattens {

  /**
   * Begins.
   *
   * @param withBase the image or host directory is merged as well, so that nothing of the subvolume
   *     depends on it any more
   * @throws InUseException if the subvolume is being flattened already
   * @throws ctrenc.overlay.storage.KeyAbsentException if it is locked
   */
  void start(UUID subvolume, boolean withBase) throws IOException;

  /** Holds it up; what was done is kept, over a restart as well. */
  void pause(UUID subvolume) throws IOException;

  /**
   * Lets it go on after {@link #pause} or a failure.
   *
   * @throws ctrenc.overlay.storage.KeyAbsentException if the subvolume is locked
   */
  void resume(UUID subvolume) throws IOException;

  /** Gives up what is not done; the stack stays as it is. */
  void cancel(UUID subvolume) throws IOException;

  /** The one that is not done, or the last one of this process. */
  Optional<FlattenInfo> find(UUID subvolume);

  /** The same, once it does not run any more or that time has passed. */
  Optional<FlattenInfo> await(UUID subvolume, Duration most) throws InterruptedException;
}
