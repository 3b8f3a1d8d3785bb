package ctrenc.daemon.container;

import ctrenc.daemon.config.Directories;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.subvolume.Head;
import ctrenc.overlay.subvolume.ResumePoint;
import ctrenc.overlay.subvolume.SnapshotInfo;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.subvolume.Transfers;
import ctrenc.proto.v1.ReceiveHeader;
import ctrenc.proto.v1.SendRequest;
import ctrenc.proto.v1.Snapshot;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Sends and receives the roots of containers, as they are sealed. Thread-safe. */
public final class RootTransfers {

  private final Store store;
  private final ContainerRegistry registry;
  private final RootMoves moves;
  private final RootArrivals arrivals;
  private final SnapshotMounts views;
  private final StagedRestores staged;

  /**
   * @param views shows snapshots as they are sealed
   * @param directories below which programs restore
   */
  RootTransfers(
      Store store,
      ContainerRegistry registry,
      RootMoves moves,
      ContainerMaker maker,
      SnapshotMounts views,
      Directories directories) {
    this.store = store;
    this.registry = registry;
    this.moves = moves;
    this.staged = new StagedRestores(directories, registry);
    this.arrivals = new RootArrivals(store.transfers(), maker, staged);
    this.views = views;
  }

  /**
   * Something to be sent.
   *
   * @param reference CONTAINER@NAME
   * @param head of what is sent, or empty
   */
  public record Sending(
      String reference,
      Transfers.Outgoing what,
      boolean isArchive,
      Transfers.Amount amount,
      String head) {}

  /** A snapshot, and the HEAD that was given out when it was taken, or nothing. */
  private record Taken(SnapshotInfo snapshot, String head) {}

  /**
   * Finds what is to be sent, or takes the snapshot that will be.
   *
   * @param request its source is a container, or CONTAINER@NAME; its since CONTAINER@NAME, or empty
   */
  public Sending prepare(SendRequest request) throws IOException {
    String since = request.getSince();
    boolean isMore = request.getSnapshots() || !request.getResume().isEmpty();
    if (request.getArchive() && isMore) {
      throw RefusedException.invalid(
          "A backup is of one moment, from its beginning: leave snapshots and resume out.");
    }
    Optional<ResumePoint> rest =
        request.getResume().isEmpty() ? Optional.empty() : Optional.of(point(request.getResume()));
    Optional<UUID> known = since.isEmpty() ? Optional.empty() : Optional.of(snapshot(since).id());
    String source = request.getSource();
    Taken taken = taken(source, request.getRecursive());
    SnapshotInfo snapshot = taken.snapshot();
    String reference = reference(source, snapshot);
    Transfers.Outgoing what =
        new Transfers.Outgoing(
            snapshot.id(), known, request.getRecursive(), request.getSnapshots(), rest);
    return new Sending(
        reference, what, request.getArchive(), store.transfers().amount(what), taken.head());
  }

  public void send(Sending sending, Pace pace, WritableByteChannel out, TransferProgress progress)
      throws IOException {
    if (sending.isArchive()) {
      store.transfers().backup(sending.what(), pace, out, progress);
    } else {
      store.transfers().send(sending.what(), pace, out, progress);
    }
  }

  /**
   * A snapshot that is shown.
   *
   * @param reference CONTAINER@NAME
   * @param leftOut how many subvolumes are nested in the root and not shown
   */
  public record View(String reference, Path path, int leftOut) {}

  /**
   * Shows a snapshot as the files that a backup of it holds; of a container, one that is taken now.
   *
   * @param source a container, or CONTAINER@NAME
   * @param isRecursive with what is nested in it
   * @param target a further place
   */
  public View show(String source, boolean isRecursive, Optional<Path> target) throws IOException {
    return RootMoves.with(
        registry.find(containerOf(source)),
        owner -> {
          SnapshotInfo snapshot = taken(source, isRecursive).snapshot();
          Path path = views.show(snapshot, isRecursive, target);
          return new View(reference(source, snapshot), path, leftOut(snapshot, isRecursive));
        });
  }

  /** Of a snapshot with parts those; of another one what is nested in the root by now. */
  private int leftOut(SnapshotInfo snapshot, boolean isRecursive) throws IOException {
    int parts = store.snapshots().parts(snapshot.id());
    if (parts > 0) {
      return isRecursive ? 0 : parts;
    }
    return store.subvolumes().quotas().holdings(snapshot.subvolume()).size() - 1;
  }

  /** Takes what {@link #show} showed away; of a container, all of it. */
  public void takeDown(String source) throws IOException {
    RootMoves.with(
        registry.find(containerOf(source)),
        owner -> {
          if (source.indexOf('@') < 0) {
            views.takeDownOf(owner.identity.subvolume());
          } else {
            views.takeDown(snapshot(source).id());
          }
          return owner;
        });
  }

  private static String containerOf(String source) {
    return source.replaceFirst("@.*", "");
  }

  private static String reference(String source, SnapshotInfo snapshot) {
    return containerOf(source) + "@" + snapshot.name();
  }

  /** The one that is named, or one that is taken now. */
  private Taken taken(String source, boolean isRecursive) throws IOException {
    return source.indexOf('@') < 0 ? take(source, isRecursive) : new Taken(snapshot(source), "");
  }

  /** A root that nobody has mounted needs no key for it. */
  private Taken take(String reference, boolean isRecursive) throws IOException {
    ManagedContainer container = registry.find(reference);
    UUID subvolume = container.identity.subvolume();
    container.guard.lock();
    try {
      if (container.root.isEmpty()) {
        SnapshotInfo made =
            isRecursive
                ? store.snapshots().createRecursive(subvolume, SnapshotNames.ofNow())
                : store.transfers().freeze(subvolume, SnapshotNames.ofNow());
        return new Taken(made, made.head().map(Head::toString).orElse(""));
      }
      Snapshot made = moves.snapshot(reference, "", isRecursive);
      SnapshotInfo found = store.snapshots().find(subvolume, made.getName()).orElseThrow();
      return new Taken(found, made.getHead());
    } finally {
      container.guard.unlock();
    }
  }

  private SnapshotInfo snapshot(String reference) throws IOException {
    int at = reference.indexOf('@');
    if (at < 0) {
      throw RefusedException.invalid("A snapshot is called CONTAINER@NAME, not " + reference + ".");
    }
    return moves.find(registry.find(reference.substring(0, at)), reference);
  }

  /** Where programs put the files of backups. */
  public StagedRestores staged() {
    return staged;
  }

  /** Where streams that were cut go on, of which something is kept. */
  public List<String> kept() {
    return store.transfers().kept().stream().map(ResumePoint::toString).toList();
  }

  /** Removes what is kept of one. */
  public void drop(String point) throws IOException {
    if (!store.transfers().drop(point(point))) {
      throw RefusedException.absent(
          "Nothing is kept of a stream that goes on at "
              + point
              + ": ctr-enc receive --kept lists what is.");
    }
  }

  private static ResumePoint point(String text) throws RefusedException {
    return ResumePoint.parse(text)
        .orElseThrow(
            () ->
                RefusedException.invalid(
                    "A stream goes on at LAYER:EXTENT, as receive said, not at " + text + "."));
  }

  /** Makes a locked container of a stream or a backup. */
  RootArrivals.Arrived receive(
      ReceiveHeader header, ReadableByteChannel data, TransferProgress progress)
      throws IOException {
    return arrivals.receive(header, data, progress);
  }
}
