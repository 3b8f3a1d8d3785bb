package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A snapshot, and those of nested subvolumes that are part of it.
 *
 * @param parts each after what it is part of
 * @param earlier snapshots of the same root that come with it, the oldest first, without earlier
 *     ones of their own
 */
record SentSnapshots(SnapshotRecord top, List<Part> parts, List<SentSnapshots> earlier) {

  /**
   * Of a nested subvolume.
   *
   * @param nest where it hangs, in terms of snapshots
   */
  record Part(NestRecord nest, SnapshotRecord snapshot) {}

  /** Those that the catalog has. */
  static SentSnapshots of(StackTools tools, Transfers.Outgoing outgoing) throws IOException {
    SentSnapshots alone = of(tools, outgoing.snapshot(), outgoing.isRecursive());
    if (!outgoing.isWithEarlier()) {
      return alone;
    }
    List<SnapshotRecord> earlier = new ArrayList<>();
    for (SnapshotRecord one : tools.catalog().snapshotsOf(alone.top.subvolume())) {
      if (!one.id().equals(alone.top.id()) && !isLater(one, alone.top)) {
        earlier.add(one);
      }
    }
    earlier.sort(Comparator.comparing(SnapshotRecord::created).thenComparing(SnapshotRecord::name));
    List<SentSnapshots> sent = new ArrayList<>();
    for (SnapshotRecord one : earlier) {
      sent.add(of(tools, one.id(), outgoing.isRecursive()).partsOf(alone));
    }
    return new SentSnapshots(alone.top, alone.parts, List.copyOf(sent));
  }

  private static boolean isLater(SnapshotRecord one, SnapshotRecord other) {
    return one.created().isAfter(other.created());
  }

  /** With those parts alone whose subvolumes come with another one, and whatever they are in. */
  private SentSnapshots partsOf(SentSnapshots other) {
    Set<UUID> coming = new HashSet<>();
    other.parts.forEach(part -> coming.add(part.snapshot.subvolume()));
    Set<UUID> kept = new HashSet<>(Set.of(top.id()));
    List<Part> fitting = new ArrayList<>();
    for (Part part : parts) {
      if (kept.contains(part.nest.parent()) && coming.contains(part.snapshot.subvolume())) {
        kept.add(part.snapshot.id());
        fitting.add(part);
      }
    }
    return new SentSnapshots(top, List.copyOf(fitting), List.of());
  }

  /**
   * One alone.
   *
   * @param isRecursive with the parts
   */
  static SentSnapshots of(StackTools tools, UUID id, boolean isRecursive) throws IOException {
    SnapshotRecord top = tools.catalog().requireSnapshot(id);
    List<Part> parts = new ArrayList<>();
    if (isRecursive) {
      for (NestRecord nest : tools.nests().partsWithin(id)) {
        parts.add(new Part(nest, tools.catalog().requireSnapshot(nest.id())));
      }
    }
    return new SentSnapshots(top, List.copyOf(parts), List.of());
  }

  /** The layers of all of them, each once, and each after those it lies on. */
  Set<Long> layers() {
    Set<Long> layers = new LinkedHashSet<>();
    add(top, layers);
    parts.forEach(part -> add(part.snapshot, layers));
    earlier.forEach(one -> layers.addAll(one.layers()));
    return layers;
  }

  private static void add(SnapshotRecord snapshot, Set<Long> layers) {
    snapshot.stack().reversed().forEach(level -> layers.add(level.layer()));
  }
}
