package ctrenc.daemon.container;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.export.Restore;
import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.subvolume.SnapshotInfo;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.subvolume.Transfers;
import ctrenc.proto.v1.ReceiveHeader;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import java.util.UUID;

/** Sends and receives the roots of containers, as they are sealed. Thread-safe. */
public final class RootTransfers {

  private final Store store;
  private final ContainerRegistry registry;
  private final RootMoves moves;
  private final ContainerMaker maker;

  RootTransfers(Store store, ContainerRegistry registry, RootMoves moves, ContainerMaker maker) {
    this.store = store;
    this.registry = registry;
    this.moves = moves;
    this.maker = maker;
  }

  /**
   * Something to be sent.
   *
   * @param reference CONTAINER@NAME
   * @param total the bytes of its extents
   */
  public record Sending(
      String reference, UUID snapshot, Optional<UUID> since, boolean isArchive, long total) {}

  /**
   * Finds what is to be sent, or takes the snapshot that will be.
   *
   * @param source a container, or CONTAINER@NAME
   * @param since CONTAINER@NAME, or empty
   * @param isArchive a backup in the place of a stream
   */
  public Sending prepare(String source, String since, boolean isArchive) throws IOException {
    if (isArchive && !since.isEmpty()) {
      throw RefusedException.invalid("A backup is always whole: leave since out.");
    }
    Optional<UUID> known = since.isEmpty() ? Optional.empty() : Optional.of(snapshot(since).id());
    SnapshotInfo snapshot = source.indexOf('@') < 0 ? taken(source) : snapshot(source);
    String reference = source.replaceFirst("@.*", "") + "@" + snapshot.name();
    long total = store.transfers().bytesToSend(snapshot.id(), known);
    return new Sending(reference, snapshot.id(), known, isArchive, total);
  }

  public void send(Sending sending, Pace pace, WritableByteChannel out, TransferProgress progress)
      throws IOException {
    if (sending.isArchive()) {
      store.transfers().backup(sending.snapshot(), pace, out, progress);
    } else {
      store.transfers().send(sending.snapshot(), sending.since(), pace, out, progress);
    }
  }

  /** A root that nobody has mounted needs no key for it. */
  private SnapshotInfo taken(String reference) throws IOException {
    ManagedContainer container = registry.find(reference);
    UUID subvolume = container.identity.subvolume();
    container.guard.lock();
    try {
      if (container.root.isEmpty()) {
        return store.transfers().freeze(subvolume, RootMoves.timeName());
      }
      String name = moves.snapshot(reference, "").getName();
      return store.snapshots().find(subvolume, name).orElseThrow();
    } finally {
      container.guard.unlock();
    }
  }

  private SnapshotInfo snapshot(String reference) throws IOException {
    int at = reference.indexOf('@');
    if (at < 0) {
      throw RefusedException.invalid("A snapshot is called CONTAINER@NAME, not " + reference + ".");
    }
    UUID subvolume = registry.find(reference.substring(0, at)).identity.subvolume();
    return store
        .snapshots()
        .find(subvolume, reference.substring(at + 1))
        .orElseThrow(
            () ->
                RefusedException.absent(
                    "There is no snapshot "
                        + reference
                        + ": ctr-enc snapshot ls lists those there are."));
  }

  /** Makes a locked container of a stream or a backup. */
  ManagedContainer receive(
      ReceiveHeader header, ReadableByteChannel data, TransferProgress progress)
      throws IOException {
    Transfers transfers = store.transfers();
    Restore.Wanted wanted = new Restore.Wanted(header.getOnlyList(), header.getPart());
    return maker.arrived(
        header.getName(),
        id ->
            header.getArchive()
                ? transfers.restore(id, data, wanted, progress)
                : transfers.receive(id, data, progress));
  }
}
