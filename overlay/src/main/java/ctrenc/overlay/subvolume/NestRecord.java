package ctrenc.overlay.subvolume;

import ctrenc.overlay.nest.Nesting;
import java.util.UUID;

/**
 * Where a nested subvolume hangs.
 *
 * @param anchor the directory of the parent, by its inode number there
 * @param place its own in the tree of its root: the numbers of its inodes follow from it
 */
record NestRecord(UUID id, UUID parent, long anchor, int place) {

  /** Where another one hangs in another parent, at the same place. */
  NestRecord as(UUID other, UUID otherParent) {
    return new NestRecord(other, otherParent, anchor, place);
  }

  Nesting.Nested nested() {
    return new Nesting.Nested(id, parent, anchor, place);
  }
}
