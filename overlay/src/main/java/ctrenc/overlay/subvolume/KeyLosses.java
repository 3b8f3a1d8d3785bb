package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Finds out what destroying a subvolume makes unreadable; needs no keys. Not thread-safe. */
final class KeyLosses {

  private final Catalog catalog;
  private final SubvolumeEraser eraser;

  KeyLosses(Catalog catalog, SubvolumeEraser eraser) {
    this.catalog = catalog;
    this.eraser = eraser;
  }

  KeyLoss of(SubvolumeRecord subvolume) throws IOException {
    Set<UUID> going = new HashSet<>();
    Set<Long> layers = new HashSet<>();
    for (SubvolumeRecord one : eraser.withNested(subvolume)) {
      going.add(one.id());
      layers.addAll(sealed(one));
    }
    Set<Long> dying = new HashSet<>(layers);
    List<KeyLoss.Reader> readers = new ArrayList<>();
    for (SubvolumeRecord other : catalog.living().toList()) {
      Set<Long> shared = going.contains(other.id()) ? new HashSet<>() : sealed(other);
      shared.retainAll(layers);
      if (!shared.isEmpty()) {
        readers.add(new KeyLoss.Reader(other.id(), other.name(), shared.size()));
        dying.removeAll(shared);
      }
    }
    return new KeyLoss(dying.size(), List.copyOf(readers));
  }

  /** The layers that a subvolume's key opens: its own, and those of its snapshots. */
  private Set<Long> sealed(SubvolumeRecord subvolume) throws IOException {
    List<SubvolumeRecord.Level> levels = new ArrayList<>(subvolume.stack());
    catalog.snapshotsOf(subvolume.id()).forEach(snapshot -> levels.addAll(snapshot.stack()));
    Set<Long> sealed = new HashSet<>();
    for (SubvolumeRecord.Level level : levels) {
      if (level.hasKey() && catalog.layer(level.layer()).kind() == LayerRecord.Kind.ENCRYPTED) {
        sealed.add(level.layer());
      }
    }
    return sealed;
  }
}
