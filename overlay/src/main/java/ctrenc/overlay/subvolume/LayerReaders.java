package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Tells who has the keys of which sealed layers: those in whose stacks they are wrapped. Needs no
 * keys. To be asked while nothing changes: see {@link Catalog#look}. Thread-safe.
 */
record LayerReaders(Catalog catalog, NestCatalog nests, Arrivals arrivals) {

  private static final Comparator<SealedLayer.Reader> ORDER =
      Comparator.comparing(SealedLayer.Reader::name)
          .thenComparing(SealedLayer.Reader::subvolume)
          .thenComparing(reader -> reader.snapshot().orElse(""));

  /** Stacks that are looked at together: of whom they are, and what they hold. */
  private static final class Held {
    private final Set<UUID> holders = new HashSet<>();
    private final SortedMap<Long, LayerRecord> layers = new TreeMap<>();
    private final Map<Long, Integer> references = new HashMap<>();

    private void add(LayerRecord layer) {
      layers.put(layer.number(), layer);
      references.merge(layer.number(), 1, Integer::sum);
    }

    /** Whether nobody else holds one of the layers. */
    private boolean isAlone() {
      return layers.values().stream()
          .allMatch(layer -> references.getOrDefault(layer.number(), 0) >= layer.references());
    }
  }

  /** The sealed layers of subvolumes and of their snapshots, the oldest first. */
  List<SealedLayer> of(List<SubvolumeRecord> subvolumes) throws IOException {
    return layers(held(subvolumes), Set.of());
  }

  /** What goes with subvolumes, and with all snapshots of them. */
  KeyLoss lostWith(List<SubvolumeRecord> subvolumes) throws IOException {
    Held held = held(subvolumes);
    for (SubvolumeRecord one : subvolumes) {
      Optional<FlattenRecord> flatten = catalog.flatten(one.id());
      if (flatten.isPresent()) {
        held.add(catalog.layer(flatten.get().target().layer()));
      }
    }
    List<UUID> without =
        subvolumes.stream()
            .map(SubvolumeRecord::id)
            .filter(id -> !isKekHeld(id, held.holders))
            .toList();
    return lost(without, held);
  }

  /** What goes with snapshots alone. */
  KeyLoss lostWithSnapshots(List<SnapshotRecord> snapshots) throws IOException {
    Held held = new Held();
    for (SnapshotRecord snapshot : snapshots) {
      add(held, snapshot.id(), snapshot.stack());
    }
    return lost(List.of(), held);
  }

  private Held held(List<SubvolumeRecord> subvolumes) throws IOException {
    Held held = new Held();
    for (SubvolumeRecord one : subvolumes) {
      add(held, one.id(), one.stack());
      for (SnapshotRecord snapshot : catalog.snapshotsOf(one.id())) {
        add(held, snapshot.id(), snapshot.stack());
      }
    }
    return held;
  }

  private void add(Held held, UUID holder, List<SubvolumeRecord.Level> stack) throws IOException {
    held.holders.add(holder);
    for (SubvolumeRecord.Level level : stack) {
      LayerRecord layer = catalog.layer(level.layer());
      if (level.hasKey() && layer.kind() == LayerRecord.Kind.ENCRYPTED) {
        held.add(layer);
      }
    }
  }

  /** Whether somebody else came from the same subvolume, and so has the same KEK. */
  private boolean isKekHeld(UUID id, Set<UUID> going) {
    UUID owner = arrivals.owner(id);
    List<UUID> same = new ArrayList<>(arrivals.of(owner));
    same.add(owner);
    return same.stream()
        .filter(other -> !going.contains(other))
        .anyMatch(other -> catalog.subvolume(other).filter(one -> !one.doomed()).isPresent());
  }

  private KeyLoss lost(List<UUID> subvolumes, Held held) {
    List<SealedLayer> layers = layers(held, held.holders);
    return new KeyLoss(
        subvolumes,
        layers.stream().filter(one -> one.readers().isEmpty()).map(SealedLayer::id).toList(),
        layers.stream().filter(one -> !one.readers().isEmpty()).toList());
  }

  /** The layers, and who reads them but for those that are going. */
  private List<SealedLayer> layers(Held held, Set<UUID> going) {
    Map<UUID, Set<SealedLayer.Reader>> readers = new LinkedHashMap<>();
    held.layers.values().forEach(layer -> readers.put(layer.id(), new TreeSet<>(ORDER)));
    if (going.isEmpty() || !held.isAlone() || isInParts(readers.keySet())) {
      addReaders(readers, going);
    }
    return readers.entrySet().stream()
        .map(layer -> new SealedLayer(layer.getKey(), List.copyOf(layer.getValue())))
        .toList();
  }

  /** Whether the store has parts of one of the layers, which have its key, too. */
  private boolean isInParts(Set<UUID> layers) {
    return catalog.layers().stream().anyMatch(one -> one.part() && layers.contains(one.id()));
  }

  private void addReaders(Map<UUID, Set<SealedLayer.Reader>> readers, Set<UUID> going) {
    catalog
        .living()
        .filter(one -> !going.contains(one.id()))
        .forEach(one -> add(readers, one.stack(), reader(one, Optional.empty())));
    for (SnapshotRecord snapshot : catalog.snapshots()) {
      if (!going.contains(snapshot.id())) {
        catalog
            .subvolume(snapshot.subvolume())
            .filter(owner -> !owner.doomed())
            .map(owner -> reader(owner, Optional.of(snapshot.name())))
            .ifPresent(reader -> add(readers, snapshot.stack(), reader));
      }
    }
  }

  private SealedLayer.Reader reader(SubvolumeRecord one, Optional<String> snapshot) {
    UUID root = nests.findRoot(one.id()).orElse(one.id());
    return new SealedLayer.Reader(one.id(), root, one.name(), snapshot);
  }

  private void add(
      Map<UUID, Set<SealedLayer.Reader>> readers,
      List<SubvolumeRecord.Level> stack,
      SealedLayer.Reader reader) {
    for (SubvolumeRecord.Level level : stack) {
      if (level.hasKey()) {
        catalog
            .find(level.layer())
            .map(layer -> readers.get(layer.id()))
            .ifPresent(found -> found.add(reader));
      }
    }
  }
}
