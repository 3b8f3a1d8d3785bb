package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.crypto.protector.Protector;
import ctrenc.daemon.key.FreedHeap;
import ctrenc.daemon.key.NewProtection;
import ctrenc.daemon.key.ProtectorSource;
import ctrenc.daemon.log.FactLog;
import ctrenc.overlay.subvolume.ImageInfo;
import ctrenc.overlay.subvolume.KeyLoss;
import ctrenc.overlay.subvolume.SnapshotInfo;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import ctrenc.overlay.subvolume.Transfers;
import ctrenc.proto.v1.ContainerSpec;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Makes containers with a root of their own, and destroys both. Thread-safe. */
final class ContainerMaker {

  private static final FactLog LOG = FactLog.of(ContainerMaker.class);
  private static final int SHORT_ID = 12;

  private final Store store;
  private final BaseFinder bases;
  private final ContainerRegistry registry;
  private final ContainerCatalog catalog;
  private final ThrowawayRecords throwaways;
  private final RootMounter mounter;
  private final ShownSnapshots snapshots;
  private final ProtectorSource source;
  private final EventFeed events;
  private final FreedHeap freedHeap;

  ContainerMaker(
      Store store,
      BaseFinder bases,
      ContainerRegistry registry,
      ContainerCatalog catalog,
      ThrowawayRecords throwaways,
      RootMounter mounter,
      ShownSnapshots snapshots,
      ProtectorSource source,
      EventFeed events,
      FreedHeap freedHeap) {
    this.store = store;
    this.bases = bases;
    this.registry = registry;
    this.catalog = catalog;
    this.throwaways = throwaways;
    this.mounter = mounter;
    this.snapshots = snapshots;
    this.source = source;
    this.events = events;
    this.freedHeap = freedHeap;
  }

  /** Makes a root under a key of its own; it is not mounted yet. */
  ManagedContainer make(ContainerSpec wanted) throws IOException {
    SpecCheck.container(wanted);
    BaseFinder.Found base = bases.find(wanted.getBase());
    ManagedContainer container =
        add(wanted.getName(), "base", base.name(), (id, name) -> identity(wanted, id, name, base));
    LOG.info("container made", "container", container.id(), "keep", wanted.getKeep());
    return container;
  }

  /** Makes a container that goes on from another one's root, or from a snapshot of it. */
  ManagedContainer fork(
      ManagedContainer origin, Optional<SnapshotInfo> snapshot, String wantedName, boolean keep)
      throws IOException {
    ContainerSpec spec =
        origin.identity.spec().toBuilder().setName(wantedName).setKeep(keep).build();
    SpecCheck.container(spec);
    ManagedContainer container =
        add(
            wantedName,
            "origin",
            origin.id(),
            (id, name) -> {
              SubvolumeInfo made = forked(origin, snapshot, id, keep);
              ContainerSpec own =
                  spec.toBuilder()
                      .setName(name)
                      .setHostname(hostName(name))
                      .setRemove(false)
                      .build();
              ManagedContainer.Identity of = origin.identity;
              return recorded(
                  new ManagedContainer.Identity(
                      id, name, made.id(), of.base(), of.image(), made.created(), own));
            });
    String id = container.id();
    LOG.info("container forked", "container", id, "origin", origin.id(), "keep", keep);
    return container;
  }

  /** Takes a root from elsewhere under a name in the store. */
  interface Arrival {
    Transfers.Received as(String name) throws IOException;
  }

  /** Makes a container of a root that comes from elsewhere; it is locked. */
  ManagedContainer arrived(String wantedName, Arrival arrival) throws IOException {
    ContainerSpec spec = ContainerSpec.newBuilder().setName(wantedName).setKeep(true).build();
    SpecCheck.container(spec);
    ManagedContainer container =
        add(
            wantedName,
            "origin",
            "elsewhere",
            (id, name) -> {
              Transfers.Received came = arrival.as(id);
              ContainerSpec own =
                  spec.toBuilder().setName(name).setHostname(hostName(name)).build();
              return recorded(
                  new ManagedContainer.Identity(
                      id,
                      name,
                      came.subvolume().id(),
                      came.image().map(ImageInfo::name).orElse(""),
                      came.image().map(ImageInfo::id),
                      came.subvolume().created(),
                      own));
            });
    LOG.info("container received", "container", container.id());
    return container;
  }

  /** Makes a container's root, and what the container is called by from then on. */
  private interface Making {
    ManagedContainer.Identity of(String id, String name) throws IOException;
  }

  /** Adds a fresh container; its name is free again if it cannot be made. */
  private ManagedContainer add(String wantedName, String fact, String value, Making making)
      throws IOException {
    String id = freshId();
    String name = wantedName.isEmpty() ? id.substring(0, SHORT_ID) : wantedName;
    registry.reserve(name);
    try {
      ManagedContainer container = new ManagedContainer(making.of(id, name));
      registry.add(container);
      events.tell("created", id, Map.of("name", name, fact, value));
      return container;
    } catch (IOException | RuntimeException e) {
      registry.release(name);
      throw e;
    }
  }

  private SubvolumeInfo forked(
      ManagedContainer origin, Optional<SnapshotInfo> snapshot, String name, boolean keep)
      throws IOException {
    List<Protector> protectors = keep ? List.of(source.machineKey()) : List.of();
    return snapshot.isPresent()
        ? store.snapshots().fork(snapshot.get().id(), name, protectors)
        : store.subvolumes().fork(origin.identity.subvolume(), name, protectors);
  }

  private ManagedContainer.Identity identity(
      ContainerSpec wanted, String id, String name, BaseFinder.Found base) throws IOException {
    SubvolumeInfo made = subvolume(wanted, id, base);
    ContainerSpec spec =
        wanted.toBuilder()
            .setName(name)
            .setHostname(wanted.getHostname().isEmpty() ? hostName(name) : wanted.getHostname())
            .clearProcess()
            .clearProtection()
            .build();
    Optional<UUID> image = base.image().map(ImageInfo::id);
    return recorded(
        new ManagedContainer.Identity(
            id, name, made.id(), base.name(), image, made.created(), spec));
  }

  private SubvolumeInfo subvolume(ContainerSpec wanted, String id, BaseFinder.Found base)
      throws IOException {
    if (wanted.getProtectionCount() == 0) {
      List<Protector> protectors = wanted.getKeep() ? List.of(source.machineKey()) : List.of();
      return store.subvolumes().create(id, base.base(), protectors);
    }
    try (NewProtection protection = NewProtection.of(wanted, source)) {
      return store.subvolumes().createProtected(id, base.base(), protection.groups());
    }
  }

  /** A container has its identity written down as well; without it, its root goes. */
  private ManagedContainer.Identity recorded(ManagedContainer.Identity identity)
      throws IOException {
    try {
      if (identity.spec().getKeep()) {
        catalog.write(identity);
      } else {
        throwaways.write(identity);
      }
      return identity;
    } catch (IOException | RuntimeException e) {
      store.subvolumes().destroy(identity.subvolume());
      throw e;
    }
  }

  /**
   * Takes the root down, and destroys its key, then what it wrote.
   *
   * @return the keys that went with it
   */
  @GuardedBy("container.guard")
  KeyLoss destroy(ManagedContainer container) throws IOException {
    KeyLoss lost = KeyLoss.NONE;
    mounter.takeDown(container);
    snapshots.takeDownOf(container.identity.subvolume());
    if (store.subvolumes().find(container.identity.subvolume().toString()).isPresent()) {
      lost = store.subvolumes().destroy(container.identity.subvolume());
    }
    catalog.remove(container.id());
    throwaways.remove(container.id());
    if (container.log.isPresent()) {
      container.log.get().remove();
    }
    container.phase = Phase.GONE;
    registry.remove(container);
    freedHeap.eraseSoon();
    events.tell("removed", container.id(), Map.of());
    LOG.info("container removed", "container", container.id());
    return lost;
  }

  private static String freshId() {
    UUID random = UUID.randomUUID();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.getMostSignificantBits())
        + hex.toHexDigits(random.getLeastSignificantBits());
  }

  /** Underscores are fine in a container's name, and nowhere in a host's. */
  private static String hostName(String name) {
    return name.replace('_', '-');
  }
}
