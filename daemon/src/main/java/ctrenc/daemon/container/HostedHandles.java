package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.daemon.mounts.MountTable;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import ctrenc.overlay.subvolume.Subvolumes;
import ctrenc.proto.v1.ContainerSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** What the daemon knows of hosted roots while it runs; one handle of each. Thread-safe. */
final class HostedHandles {

  /** No container's root is called so: those have an id of hexadecimal digits. */
  static final String PREFIX = "hosted-";

  private final Subvolumes subvolumes;
  private final Map<UUID, ManagedContainer> known = new ConcurrentHashMap<>();

  HostedHandles(Subvolumes subvolumes) {
    this.subvolumes = subvolumes;
  }

  static boolean isHosted(SubvolumeInfo subvolume) {
    return subvolume.name().startsWith(PREFIX);
  }

  /** What its owner calls it. */
  static String nameOf(SubvolumeInfo subvolume) {
    return subvolume.name().substring(PREFIX.length());
  }

  /** By what mounts and places of a root are known. */
  static String idOf(UUID root) {
    return root.toString().replace("-", "");
  }

  Collection<ManagedContainer> all() {
    return List.copyOf(known.values());
  }

  void forget(UUID root) {
    known.remove(root);
  }

  /** Empty where the root is gone from the store. */
  Optional<ManagedContainer> find(UUID root) {
    ManagedContainer handle = known.get(root);
    if (handle != null) {
      return Optional.of(handle);
    }
    return subvolumes
        .find(root.toString())
        .map(made -> known.computeIfAbsent(root, key -> new ManagedContainer(identity(made))));
  }

  private static ManagedContainer.Identity identity(SubvolumeInfo made) {
    return new ManagedContainer.Identity(
        idOf(made.id()),
        made.name(),
        made.id(),
        "",
        Optional.empty(),
        made.created(),
        ContainerSpec.getDefaultInstance());
  }

  /**
   * @throws RefusedException if the root is gone
   */
  ManagedContainer require(UUID root) throws RefusedException {
    return find(root).orElseThrow(() -> gone(root));
  }

  static RefusedException gone(UUID root) {
    return RefusedException.conflict(
        "The root " + root + " is gone, and its key with it: remove the snapshot.");
  }

  int countMountedElsewhere(MappedPlaces mapped) throws IOException {
    List<MountTable.Entry> mounts = MountTable.read();
    int count = 0;
    for (ManagedContainer handle : known.values()) {
      handle.guard.lock();
      try {
        count += isMountedElsewhere(handle, mapped.of(handle), mounts) ? 1 : 0;
      } finally {
        handle.guard.unlock();
      }
    }
    return count;
  }

  /** Whether a shown root is mounted at other places than its own and {@code mapped}. */
  @GuardedBy("handle.guard")
  static boolean isMountedElsewhere(
      ManagedContainer handle, Path mapped, List<MountTable.Entry> mounts) {
    if (handle.root.isEmpty()) {
      return false;
    }
    String device = "0:" + handle.root.get().mount().connection();
    long own = handle.boundAt.contains(mapped) ? 2 : 1;
    return mounts.stream().filter(entry -> entry.device().equals(device)).count() > own;
  }
}
