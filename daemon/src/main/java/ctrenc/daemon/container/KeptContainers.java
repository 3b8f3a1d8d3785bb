package ctrenc.daemon.container;

import ctrenc.daemon.log.FactLog;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import ctrenc.proto.v1.ContainerSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Brings the records of kept containers and the store together after a restart. A record without a
 * root is what a removal that was cut short left: it goes. A root without a record is what a
 * creation that was cut short left, or all that is left of a lost record: it is shown under a name
 * of its own, because only its owner can say whether it is worth anything.
 */
final class KeptContainers {

  private static final FactLog LOG = FactLog.of(KeptContainers.class);
  private static final String LOST = "lost-";

  private final Store store;
  private final ContainerCatalog catalog;

  KeptContainers(Store store, ContainerCatalog catalog) {
    this.store = store;
    this.catalog = catalog;
  }

  List<ManagedContainer.Identity> load() throws IOException {
    Map<UUID, SubvolumeInfo> roots = new LinkedHashMap<>();
    for (SubvolumeInfo subvolume : store.subvolumes().list()) {
      if (!subvolume.throwaway() && !HostedHandles.isHosted(subvolume)) {
        roots.put(subvolume.id(), subvolume);
      }
    }
    List<ManagedContainer.Identity> kept = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (ManagedContainer.Identity record : catalog.read()) {
      if (roots.remove(record.subvolume()) == null) {
        LOG.warn("record of a container without a root is removed", "container", record.id());
        catalog.remove(record.id());
      } else if (names.add(record.name())) {
        kept.add(record);
      }
    }
    for (SubvolumeInfo root : roots.values()) {
      LOG.warn("root without a record is shown as lost", "subvolume", root.id());
      kept.add(lost(root));
    }
    return kept;
  }

  /** The throwaway containers of a daemon that died, whose keys were handed over. */
  List<ManagedContainer.Identity> survivors(ThrowawayRecords records) throws IOException {
    Map<UUID, SubvolumeInfo> roots = new LinkedHashMap<>();
    for (SubvolumeInfo subvolume : store.subvolumes().list()) {
      if (subvolume.throwaway() && !HostedHandles.isHosted(subvolume)) {
        roots.put(subvolume.id(), subvolume);
      }
    }
    List<ManagedContainer.Identity> alive = new ArrayList<>();
    for (ManagedContainer.Identity record : records.read()) {
      if (roots.remove(record.subvolume()) != null) {
        alive.add(record);
      } else {
        records.remove(record.id());
      }
    }
    for (UUID unknown : roots.keySet()) {
      store.subvolumes().destroy(unknown);
    }
    return alive;
  }

  private static ManagedContainer.Identity lost(SubvolumeInfo root) {
    String id = root.id().toString().replace("-", "");
    String name = LOST + id;
    ContainerSpec spec =
        ContainerSpec.newBuilder().setName(name).setKeep(true).setHostname("lost-root").build();
    return new ManagedContainer.Identity(
        id, name, root.id(), "", Optional.empty(), root.created(), spec);
  }
}
