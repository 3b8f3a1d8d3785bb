package ctrenc.daemon.container;

import ctrenc.daemon.config.Directories;
import ctrenc.daemon.key.Holders;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.subvolume.SnapshotInfo;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongPredicate;

/**
 * Shows snapshots for reading, all in the same way, and takes them down. Thread-safe; one call at a
 * time.
 */
final class SnapshotMounts {

  /** What a snapshot shows as. */
  @FunctionalInterface
  interface Opening {
    /**
     * @param isRecursive with what is nested in it, where that is a choice
     */
    FileSystem open(UUID snapshot, boolean isRecursive) throws IOException;
  }

  /** A snapshot that is shown, and further places where it is. */
  private record Shown(
      SnapshotInfo snapshot, boolean isRecursive, MountedRoot root, List<Path> boundAt) {}

  private final Opening opening;
  private final Transport transport;
  private final Directories directories;
  private final Map<UUID, Shown> shown = new HashMap<>();

  SnapshotMounts(Opening opening, Transport transport, Directories directories) {
    this.opening = opening;
    this.transport = transport;
    this.directories = directories;
  }

  /** Where a snapshot's own place is, if it is shown. */
  synchronized Optional<Path> place(UUID snapshot) {
    return Optional.ofNullable(shown.get(snapshot)).map(one -> one.root().mount().directory());
  }

  /** How many are shown. */
  synchronized int count() {
    return shown.size();
  }

  /** Shows a snapshot at its own place, unless it is, and at {@code target} where one is given. */
  Path show(SnapshotInfo snapshot, Optional<Path> target) throws IOException {
    return show(snapshot, false, target);
  }

  /**
   * The same.
   *
   * @throws RefusedException if it shows already, with or without what is nested in it
   */
  synchronized Path show(SnapshotInfo snapshot, boolean isRecursive, Optional<Path> target)
      throws IOException {
    if (target.isPresent()) {
      MountedRoot.requireMountPoint(target.get(), directories);
    }
    Shown one = shown.get(snapshot.id());
    if (one == null) {
      one = new Shown(snapshot, isRecursive, mount(snapshot, isRecursive), new ArrayList<>());
      shown.put(snapshot.id(), one);
    }
    if (one.isRecursive() != isRecursive) {
      throw RefusedException.conflict(
          "The snapshot %s is mounted %s what is nested in it: unmount it first."
              .formatted(snapshot.name(), isRecursive ? "without" : "with"));
    }
    if (target.isPresent() && !one.boundAt().contains(target.get())) {
      one.root().bind(target.get());
      one.boundAt().add(target.get());
    }
    return target.orElse(one.root().mount().directory());
  }

  private MountedRoot mount(SnapshotInfo snapshot, boolean isRecursive) throws IOException {
    // A snapshot may show in another way, too, at a place of its own for that.
    String id = UUID.randomUUID().toString().replace("-", "");
    Path directory = Files.createDirectories(directories.root(id));
    return MountedRoot.show(
        transport,
        opening.open(snapshot.id(), isRecursive),
        directory,
        MountOptions.of("ctr-enc:" + id).forReading());
  }

  /** Takes every place of a snapshot away; does nothing where it is not shown. */
  synchronized void takeDown(UUID snapshot) throws IOException {
    Shown one = shown.remove(snapshot);
    if (one == null) {
      return;
    }
    unbind(one);
    one.root().takeDown();
  }

  private static void unbind(Shown one) {
    MountedRoot.unbind(one.boundAt());
  }

  /** Takes all snapshots of a subvolume down. */
  synchronized void takeDownOf(UUID subvolume) throws IOException {
    for (Shown one : of(subvolume)) {
      takeDown(one.snapshot().id());
    }
  }

  /** Takes all snapshots of a subvolume away, and leaves those who use them with ENOKEY. */
  synchronized void leaveOf(UUID subvolume) throws IOException {
    for (Shown one : of(subvolume)) {
      unbind(one);
      one.root().leave();
      shown.remove(one.snapshot().id());
    }
  }

  /** Lets no more files of a subvolume's snapshots be opened, or again. */
  synchronized void refuseOpens(UUID subvolume, boolean refused) {
    of(subvolume).forEach(one -> one.root().fileSystem().refuseOpens(refused));
  }

  /** Who uses one of those inodes in the snapshots of a subvolume that are shown. */
  synchronized List<Holders.Holder> holdersOf(UUID subvolume, LongPredicate inodes)
      throws IOException {
    List<Holders.Holder> holders = new ArrayList<>();
    for (Shown one : of(subvolume)) {
      holders.addAll(one.root().holders(inodes));
    }
    return holders;
  }

  private List<Shown> of(UUID subvolume) {
    return shown.values().stream()
        .filter(one -> one.snapshot().subvolume().equals(subvolume))
        .toList();
  }
}
