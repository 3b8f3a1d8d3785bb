package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.Name;

/** What a nested subvolume begins with. */
public sealed interface Source {

  /** An empty directory. */
  record Empty() implements Source {}

  /** What the subvolume holds that it is made in. */
  record Fork() implements Source {}

  /** An image, by its name. */
  record Image(Name name) implements Source {}
}
