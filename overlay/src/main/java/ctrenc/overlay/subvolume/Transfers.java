package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.Restore;
import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import java.util.UUID;

/**
 * Moves roots between stores as they are sealed. No key is needed on either side, and none is used:
 * what is sent is what lies on the disk. Thread-safe.
 */
public interface Transfers {

  /**
   * Keeps what a subvolume holds that nobody has open, as {@link Snapshots#create} does of one in
   * use; but it needs no key. What is written when it is used again is under a fresh key.
   *
   * @throws InUseException while it is open
   */
  SnapshotInfo freeze(UUID subvolume, String name) throws IOException;

  /**
   * Writes a snapshot as one stream.
   *
   * @param since what the receiver has already is left out: the layers of this snapshot
   * @throws UnmovableException if it stands on a directory of this machine, or has no protectors
   */
  void send(
      UUID snapshot,
      Optional<UUID> since,
      Pace pace,
      WritableByteChannel out,
      TransferProgress progress)
      throws IOException;

  /**
   * Writes a snapshot as a tar archive with one member for each object.
   *
   * @throws UnmovableException as with {@link #send}
   * @throws ctrenc.overlay.storage.FormatTooOldException if an earlier release wrote its files
   */
  void backup(UUID snapshot, Pace pace, WritableByteChannel out, TransferProgress progress)
      throws IOException;

  /**
   * Makes a subvolume of a backup, or of parts of it, as {@link #receive} does of a stream. Layers
   * of it that are here already are taken as they are, as a whole.
   */
  Received restore(
      String name, ReadableByteChannel in, Restore.Wanted wanted, TransferProgress progress)
      throws IOException;

  /** The bytes of extents that {@link #send} writes. */
  long bytesToSend(UUID snapshot, Optional<UUID> since) throws IOException;

  /**
   * Makes a subvolume of a stream. It shows when it is whole; of a stream that fails nothing stays.
   *
   * @param name of the new subvolume
   * @throws UnmovableException if an image, or a snapshot that it goes on from, is not here
   * @throws AlreadyExistsException if the name is taken
   * @throws ctrenc.overlay.storage.DamagedException if the stream is not what was sent
   */
  Received receive(String name, ReadableByteChannel in, TransferProgress progress)
      throws IOException;

  /**
   * What came.
   *
   * @param origin what the root is called where it came from
   * @param snapshot the snapshot of it that was sent, which came with it
   */
  record Received(
      SubvolumeInfo subvolume, String origin, SnapshotInfo snapshot, Optional<ImageInfo> image) {}
}
