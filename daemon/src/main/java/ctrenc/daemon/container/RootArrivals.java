package ctrenc.daemon.container;

import ctrenc.overlay.export.Restore;
import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.subvolume.Transfers;
import ctrenc.proto.v1.ReceiveHeader;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes containers of what comes from elsewhere. Thread-safe. */
final class RootArrivals {

  private final Transfers transfers;
  private final ContainerMaker maker;
  private final StagedRestores staged;

  /**
   * @param staged has what programs restored
   */
  RootArrivals(Transfers transfers, ContainerMaker maker, StagedRestores staged) {
    this.transfers = transfers;
    this.maker = maker;
    this.staged = staged;
  }

  /**
   * Something that came.
   *
   * @param nested subvolumes that are nested in its root
   * @param snapshots earlier snapshots of it
   */
  record Arrived(ManagedContainer container, int nested, int snapshots) {}

  /** Makes a locked container of a stream or a backup. */
  Arrived receive(ReceiveHeader header, ReadableByteChannel data, TransferProgress progress)
      throws IOException {
    Restore.Wanted wanted = new Restore.Wanted(header.getOnlyList(), header.getPart());
    Optional<Path> directory =
        header.getStaged() ? Optional.of(staged.find(header.getName())) : Optional.empty();
    AtomicInteger nested = new AtomicInteger();
    AtomicInteger snapshots = new AtomicInteger();
    ManagedContainer container =
        maker.arrived(
            header.getName(),
            id -> {
              Transfers.Received received =
                  directory.isPresent()
                      ? transfers.restore(id, directory.get(), progress)
                      : header.getArchive()
                          ? transfers.restore(id, data, wanted, progress)
                          : transfers.receive(id, header.getResumable(), data, progress);
              nested.set(received.nested());
              snapshots.set(received.earlier());
              return received;
            });
    if (directory.isPresent()) {
      staged.drop(header.getName());
    }
    return new Arrived(container, nested.get(), snapshots.get());
  }
}
