package ctrenc.overlay.subvolume;

import java.util.UUID;

/**
 * Where a nested subvolume hangs.
 *
 * @param anchor the directory of the parent, by its inode number there
 * @param place its own in the tree of its root: the numbers of its inodes follow from it
 */
record NestRecord(UUID id, UUID parent, long anchor, int place) {}
