package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.Restore;
import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Sends the snapshots in a store's catalog, and receives others. Thread-safe. */
final class StoredTransfers implements Transfers {

  private final StackKeeping stacks;
  private final Catalog catalog;

  StoredTransfers(StackKeeping stacks) {
    this.stacks = stacks;
    this.catalog = stacks.catalog();
  }

  @Override
  public SnapshotInfo freeze(UUID subvolume, String name) throws IOException {
    CatalogNames.check(name);
    synchronized (stacks.open().guard(subvolume)) {
      SubvolumeRecord owner = catalog.requireLiving(subvolume);
      if (stacks.open().find(subvolume).isPresent()) {
        throw new InUseException("Subvolume " + owner.name() + " is in use; snapshot it.");
      }
      if (catalog.snapshotsOf(subvolume).stream().anyMatch(one -> one.name().equals(name))) {
        throw new AlreadyExistsException("There is a snapshot " + name + " already.");
      }
      Optional<Head> head = stacks.heads().giveIdle(subvolume, stacks.arrivals());
      // Before the snapshot is there: a crash between the two costs one more layer.
      stacks.arrivals().setFrozen(subvolume, true);
      SnapshotRecord made =
          new SnapshotRecord(UUID.randomUUID(), subvolume, name, Instant.now(), owner.stack());
      catalog.change(
          edit -> {
            for (SubvolumeRecord.Level level : made.stack()) {
              edit.retain(level.layer());
            }
            edit.put(made);
            return made;
          });
      catalog.sync();
      return new SnapshotInfo(made.id(), subvolume, name, made.created(), head);
    }
  }

  @Override
  public Amount amount(Outgoing outgoing) throws IOException {
    return new Departing(stacks).amount(outgoing);
  }

  @Override
  public void send(Outgoing outgoing, Pace pace, WritableByteChannel out, TransferProgress progress)
      throws IOException {
    new Departing(stacks).send(outgoing, pace, out, progress);
  }

  @Override
  public void backup(
      Outgoing outgoing, Pace pace, WritableByteChannel out, TransferProgress progress)
      throws IOException {
    new Departing(stacks).backup(outgoing, pace, out, progress);
  }

  @Override
  public FileSystem view(UUID snapshot, boolean isRecursive) throws IOException {
    return new SealedTree(stacks, snapshot, isRecursive).view();
  }

  @Override
  public Received receive(
      String name, boolean isResumable, ReadableByteChannel in, TransferProgress progress)
      throws IOException {
    CatalogNames.check(name);
    return new Arriving(stacks, name, isResumable).receive(in, progress);
  }

  @Override
  public List<ResumePoint> kept() {
    return stacks.kept().points();
  }

  @Override
  public boolean drop(ResumePoint point) throws IOException {
    return KeptStreams.drop(stacks, point.layer());
  }

  @Override
  public Received restore(
      String name, ReadableByteChannel in, Restore.Wanted wanted, TransferProgress progress)
      throws IOException {
    CatalogNames.check(name);
    return new Restoring(stacks, name).restore(in, wanted, progress);
  }

  @Override
  public Received restore(String name, Path directory, TransferProgress progress)
      throws IOException {
    CatalogNames.check(name);
    return new Restoring(stacks, name).restore(directory, progress);
  }
}
