package ctrenc.overlay.subvolume;

import java.nio.file.Path;
import java.util.UUID;

/** What lies under a new subvolume's upper. */
public sealed interface Base {

  /** Nothing: an empty root directory, mode 0755. */
  record Empty() implements Base {}

  record Image(UUID image) implements Base {}

  /**
   * A directory of the host, indexed at first touch. Other filesystems mounted below it show as
   * empty directories.
   */
  record HostTree(Path directory) implements Base {}
}
