package ctrenc.overlay.subvolume;

import java.util.List;
import java.util.UUID;

/**
 * What the catalog says of a flattening that is not done: it outlives the process that began it.
 *
 * @param target the layer being built, with its key under the KEK of the subvolume
 * @param merged numbers of neighbouring layers of the subvolume's stack, top first, which the
 *     target is to replace
 * @param withBase what lies under the encrypted layers is among them
 * @param paused it goes on only when it is asked to
 */
record FlattenRecord(
    UUID subvolume,
    SubvolumeRecord.Level target,
    List<Long> merged,
    boolean withBase,
    boolean paused) {

  FlattenRecord with(boolean nowPaused) {
    return new FlattenRecord(subvolume, target, merged, withBase, nowPaused);
  }
}
