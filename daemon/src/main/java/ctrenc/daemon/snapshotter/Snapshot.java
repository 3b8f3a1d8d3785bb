package ctrenc.daemon.snapshotter;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One of containerd's snapshots.
 *
 * @param number what its files and roots are called by; no other has it
 * @param name its key, or its name once it is committed
 * @param parent the name of the one it stands on; empty for none
 * @param usage what it takes; of a committed one, when it was committed
 */
public record Snapshot(
    long number,
    String name,
    String parent,
    SnapshotKind kind,
    Instant created,
    Instant updated,
    Map<String, String> labels,
    Usage usage,
    Backing backing) {

  /** Bytes and inodes, without those of what it stands on. */
  public record Usage(long bytes, long inodes) {
    static final Usage NOTHING = new Usage(0, 0);
  }

  public Snapshot {
    labels = Map.copyOf(labels);
  }

  boolean hasParent() {
    return !parent.isEmpty();
  }

  Snapshot with(Map<String, String> now, Instant when) {
    return new Snapshot(number, name, parent, kind, created, when, now, usage, backing);
  }

  /** The same on something else. */
  Snapshot on(Backing other) {
    return new Snapshot(number, name, parent, kind, created, updated, labels, usage, other);
  }

  /** The same under its final name. */
  Snapshot committed(String as, Map<String, String> now, Instant when, Usage takes, Backing on) {
    return new Snapshot(number, as, parent, SnapshotKind.COMMITTED, when, when, now, takes, on);
  }

  /** A field as containerd's filters call it. */
  Optional<String> field(List<String> path) {
    String rest = String.join(".", path.subList(1, path.size()));
    return switch (path.getFirst()) {
      case "name" -> Optional.of(name);
      case "parent" -> Optional.of(parent);
      case "kind" -> Optional.of(kind.name().toLowerCase(Locale.ROOT));
      case "labels" -> Optional.ofNullable(labels.get(rest));
      default -> Optional.empty();
    };
  }
}
