package ctrenc.daemon.container;

import ctrenc.daemon.nested.NestedKeys;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.Quotas;
import ctrenc.overlay.subvolume.Subvolumes;
import java.io.IOException;
import java.util.UUID;

/** The ids of what callers inside containers name by its root directory. Thread-safe. */
record NestedIds(Subvolumes subvolumes) {

  /** Of all that the directory's number belongs to, the one that the others are above. */
  UUID find(ManagedContainer container, NestedKeys.Owned subvolume) throws IOException {
    UUID root = container.identity.subvolume();
    return subvolumes.quotas().list(root).stream()
        .map(Quotas.Quota::id)
        .filter(id -> !id.equals(root) && subvolumes.inodesOf(id).test(subvolume.inode()))
        .reduce((above, below) -> below)
        .orElseThrow(
            () -> RefusedException.absent("The nested subvolume is gone: see 'ctr-enc ls'."));
  }

  /** A caller inside names what is nested by its path alone. */
  static void requireNothingElse(String subvolume) throws RefusedException {
    if (!subvolume.isEmpty()) {
      throw RefusedException.invalid("Inside a container a path alone names what is nested.");
    }
  }
}
