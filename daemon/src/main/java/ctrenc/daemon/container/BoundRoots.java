package ctrenc.daemon.container;

import ctrenc.overlay.subvolume.SubvolumeInfo;
import ctrenc.overlay.subvolume.Subvolumes;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/** What ends with the daemon where nothing outlives it. Thread-safe. */
public final class BoundRoots {

  private final Subvolumes subvolumes;
  private final ContainerRegistry registry;
  private final HostedRoots hosted;
  private final ShownSnapshots snapshots;

  BoundRoots(
      Subvolumes subvolumes,
      ContainerRegistry registry,
      HostedRoots hosted,
      ShownSnapshots snapshots) {
    this.subvolumes = subvolumes;
    this.registry = registry;
    this.hosted = hosted;
    this.snapshots = snapshots;
  }

  /** How many snapshots are mounted; no keeper holds those. */
  public int snapshots() {
    return snapshots.count();
  }

  /** How many roots are shown, or have their keys in memory alone. */
  public int count() {
    Set<UUID> bound = new HashSet<>(hosted.shown());
    for (ManagedContainer container : registry.all()) {
      container.guard.lock();
      try {
        container.root.ifPresent(_ -> bound.add(container.identity.subvolume()));
      } finally {
        container.guard.unlock();
      }
    }
    subvolumes.list().stream()
        .filter(SubvolumeInfo::throwaway)
        .forEach(root -> bound.add(root.id()));
    return bound.size();
  }
}
