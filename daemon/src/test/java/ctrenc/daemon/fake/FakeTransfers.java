package ctrenc.daemon.fake;

import ctrenc.overlay.export.Restore;
import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.subvolume.ResumePoint;
import ctrenc.overlay.subvolume.SnapshotInfo;
import ctrenc.overlay.subvolume.Transfers;
import ctrenc.overlay.subvolume.UnmovableException;
import ctrenc.overlay.vfs.FileSystem;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** Plain directories have nothing that could be moved as it is sealed. */
final class FakeTransfers implements Transfers {

  private static UnmovableException nothing() {
    return new UnmovableException("Plain directories are not moved.");
  }

  @Override
  public SnapshotInfo freeze(UUID subvolume, String name) throws UnmovableException {
    throw nothing();
  }

  @Override
  public void send(Outgoing outgoing, Pace pace, WritableByteChannel out, TransferProgress progress)
      throws UnmovableException {
    throw nothing();
  }

  @Override
  public Amount amount(Outgoing outgoing) {
    return new Amount(0, false, 0, 0);
  }

  @Override
  public void backup(
      Outgoing outgoing, Pace pace, WritableByteChannel out, TransferProgress progress)
      throws UnmovableException {
    throw nothing();
  }

  @Override
  public FileSystem view(UUID snapshot, boolean isRecursive) throws UnmovableException {
    throw nothing();
  }

  @Override
  public Received restore(
      String name, ReadableByteChannel in, Restore.Wanted wanted, TransferProgress progress)
      throws UnmovableException {
    throw nothing();
  }

  @Override
  public Received restore(String name, Path directory, TransferProgress progress)
      throws UnmovableException {
    throw nothing();
  }

  @Override
  public Received receive(
      String name, boolean isResumable, ReadableByteChannel in, TransferProgress progress)
      throws UnmovableException {
    throw nothing();
  }

  @Override
  public List<ResumePoint> kept() {
    return List.of();
  }

  @Override
  public boolean drop(ResumePoint point) {
    return false;
  }
}
