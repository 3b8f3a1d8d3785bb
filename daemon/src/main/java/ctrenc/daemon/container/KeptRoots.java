package ctrenc.daemon.container;

import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.Quotas;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The containers whose roots protectors open, and news of their keys. Thread-safe. */
final class KeptRoots {

  private static final FactLog LOG = FactLog.of(KeptRoots.class);

  private final Store store;
  private final ContainerRegistry registry;
  private final EventFeed events;

  KeptRoots(Store store, ContainerRegistry registry, EventFeed events) {
    this.store = store;
    this.registry = registry;
    this.events = events;
  }

  void tell(ManagedContainer container, String kind) {
    events.tell(kind, container.id(), Map.of());
    LOG.info("keys of a root", "what", kind, "container", container.id());
  }

  /** The same of a subvolume that is nested in the root. */
  void tell(ManagedContainer container, String kind, UUID nested) {
    events.tell(kind, container.id(), Map.of("subvolume", nested.toString()));
    LOG.info("keys of a root", "what", kind, "container", container.id(), "nested", nested);
  }

  /**
   * A subvolume that is nested in a root.
   *
   * @param start its id, or a start that only one has
   */
  UUID nested(ManagedContainer container, String start) throws IOException {
    UUID root = container.identity.subvolume();
    List<UUID> found =
        store.subvolumes().quotas().holdings(root).stream()
            .map(Quotas.Holding::id)
            .filter(id -> !id.equals(root) && id.toString().startsWith(start))
            .toList();
    if (found.size() != 1) {
      throw RefusedException.absent(
          "No one subvolume that is nested in "
              + container.identity.name()
              + " has an id that starts with "
              + start
              + ": ctr-enc quota "
              + container.identity.name()
              + " lists them.");
    }
    return found.getFirst();
  }

  /**
   * @throws RefusedException if there is no such container, or its key is in memory alone
   */
  ManagedContainer kept(String reference) throws IOException {
    return kept(reference, "its key is in memory alone, and nothing else opens it.");
  }

  /**
   * The same where it is about what is nested in the root: no key of a throwaway one is stored, so
   * nothing could open it again.
   */
  ManagedContainer keptWithNested(String reference) throws IOException {
    return kept(
        reference,
        "its keys, and those of all that is nested in it, are in memory alone, so none of them is"
            + " locked by itself or gets protectors; a root that was made with --keep allows both.");
  }

  private ManagedContainer kept(String reference, String otherwise) throws IOException {
    ManagedContainer container = registry.find(reference);
    Optional<SubvolumeInfo> root =
        store.subvolumes().find(container.identity.subvolume().toString());
    if (root.isEmpty() || root.get().throwaway()) {
      throw RefusedException.conflict(
          "The root of " + container.identity.name() + " is throwaway: " + otherwise);
    }
    return container;
  }
}
