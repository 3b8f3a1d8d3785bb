package ctrenc.daemon.container;

import ctrenc.crypto.protector.Protector;
import ctrenc.daemon.key.ProtectorSource;
import ctrenc.overlay.nest.Limits;
import ctrenc.overlay.nest.Usage;
import ctrenc.overlay.subvolume.Base;
import ctrenc.overlay.subvolume.Quotas;
import ctrenc.overlay.subvolume.SnapshotInfo;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes and freezes hosted roots, under the keys and within the limits that are asked for.
 * Thread-safe for different roots.
 */
final class HostedMaker {

  static final String FROZEN = "frozen";

  private final Store store;
  private final ProtectorSource source;

  HostedMaker(Store store, ProtectorSource source) {
    this.store = store;
    this.source = source;
  }

  HostedRoot create(String name, Base base, RootKey key, long quota) throws IOException {
    SubvolumeInfo made =
        with(
            key,
            protectors -> store.subvolumes().create(HostedHandles.PREFIX + name, base, protectors));
    return limited(new HostedRoot(made.id(), key), quota);
  }

  HostedRoot fork(String name, UUID snapshot, RootKey key, long quota) throws IOException {
    SubvolumeInfo made =
        with(
            key,
            protectors ->
                store.snapshots().fork(snapshot, HostedHandles.PREFIX + name, protectors));
    return limited(new HostedRoot(made.id(), key), quota);
  }

  /** Keeps a root, and freezes what it holds now. */
  HostedRoots.Frozen freeze(HostedRoot root, RootKey otherwise) throws IOException {
    HostedRoot kept = keep(root, otherwise);
    Optional<SnapshotInfo> interrupted = store.snapshots().find(root.id(), FROZEN);
    if (interrupted.isPresent()) {
      store.snapshots().remove(interrupted.get().id());
    }
    return new HostedRoots.Frozen(kept, store.snapshots().create(root.id(), FROZEN).id());
  }

  private HostedRoot keep(HostedRoot root, RootKey otherwise) throws IOException {
    if (!(root.key() instanceof RootKey.Throwaway)) {
      return root;
    }
    with(
        otherwise,
        protectors -> {
          store.subvolumes().keep(root.id(), protectors);
          return root;
        });
    return new HostedRoot(root.id(), otherwise);
  }

  /** Something that is done with what opens a root. */
  private interface Step<T> {
    T of(List<Protector> protectors) throws IOException;
  }

  private <T> T with(RootKey key, Step<T> step) throws IOException {
    return switch (key) {
      case RootKey.Throwaway _ -> step.of(List.of());
      case RootKey.Machine _ -> step.of(List.of(source.machineKey()));
      case RootKey.Named(String name) -> {
        try (Protector named = source.named().open(name)) {
          yield step.of(List.of(named));
        }
      }
    };
  }

  /** A root whose limit is not in force is not there. */
  private HostedRoot limited(HostedRoot root, long quota) throws IOException {
    if (quota == 0) {
      return root;
    }
    Quotas quotas = store.subvolumes().quotas();
    boolean isLimited = false;
    try {
      Usage before = quotas.list(root.id()).getFirst().own();
      quotas.limit(root.id(), new Limits(before.bytes() + quota, 0));
      isLimited = true;
      return root;
    } finally {
      if (!isLimited) {
        store.subvolumes().destroy(root.id());
      }
    }
  }
}
