package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Tells what subvolumes hold alone, and what others hold too: a layer is held alone by whoever has
 * all the references that it counts. The cost is a look at each stack, and at the size of each
 * layer's files once; it needs no key. Thread-safe.
 */
record LayerHoldings(StoreParts parts, Catalog catalog, NestCatalog nests) {

  /** How often stacks hold each encrypted layer. */
  private static final class Held {
    private final Map<LayerRecord, Integer> counts = new HashMap<>();

    void add(Held more) {
      more.counts.forEach((layer, count) -> counts.merge(layer, count, Integer::sum));
    }
  }

  /** Of one subvolume and all that are nested in it, each after the one that it is nested in. */
  List<Quotas.Holding> of(UUID top) throws IOException {
    List<UUID> all = new ArrayList<>(List.of(catalog.requireLiving(top).id()));
    nests.within(top).forEach(nest -> all.add(nest.id()));
    Map<UUID, Held> own = new HashMap<>();
    Map<UUID, Held> trees = new HashMap<>();
    catalog.look(
        () -> {
          for (UUID id : all.reversed()) {
            Held held = held(id);
            own.put(id, held);
            Held tree = trees.computeIfAbsent(id, unused -> new Held());
            tree.add(held);
            Optional<UUID> parent = nests.find(id).map(NestRecord::parent);
            parent.ifPresent(above -> trees.computeIfAbsent(above, unused -> new Held()).add(tree));
          }
        });
    Map<Long, Long> sizes = new HashMap<>();
    List<Quotas.Holding> holdings = new ArrayList<>();
    for (UUID id : all) {
      Held alone = own.getOrDefault(id, new Held());
      Held tree = trees.getOrDefault(id, alone);
      holdings.add(new Quotas.Holding(id, share(alone, sizes), share(tree, sizes)));
    }
    return holdings;
  }

  /** By the stacks of a subvolume and of its snapshots; nothing of one that is gone. */
  private Held held(UUID id) throws IOException {
    Held held = new Held();
    Optional<SubvolumeRecord> subvolume = catalog.subvolume(id);
    if (subvolume.isEmpty()) {
      return held;
    }
    for (SubvolumeRecord.Level level : Levels.of(catalog, subvolume.get())) {
      LayerRecord layer = catalog.layer(level.layer());
      if (layer.kind() == LayerRecord.Kind.ENCRYPTED) {
        held.counts.merge(layer, 1, Integer::sum);
      }
    }
    Optional<FlattenRecord> flatten = catalog.flatten(id);
    if (flatten.isPresent()) {
      held.counts.put(catalog.layer(flatten.get().target().layer()), 0);
    }
    return held;
  }

  private Quotas.Share share(Held held, Map<Long, Long> sizes) throws IOException {
    long exclusive = 0;
    long shared = 0;
    for (Map.Entry<LayerRecord, Integer> each : held.counts.entrySet()) {
      LayerRecord layer = each.getKey();
      Long size = sizes.get(layer.number());
      if (size == null) {
        size = parts.extents().storedBytes(layer);
        sizes.put(layer.number(), size);
      }
      if (each.getValue() == layer.references()) {
        exclusive += size;
      } else {
        shared += size;
      }
    }
    return new Quotas.Share(exclusive, shared);
  }
}
