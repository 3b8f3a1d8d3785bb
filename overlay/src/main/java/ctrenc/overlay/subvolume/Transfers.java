package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.Restore;
import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Moves roots between stores as they are sealed. No key is needed on either side, and none is used:
 * what is sent is what lies on the disk. Thread-safe.
 */
public interface Transfers {

  /**
   * Keeps what a subvolume holds that nobody has open, as {@link Snapshots#create} does of one in
   * use; but it needs no key. What is written when it is used again is under a fresh key. Where the
   * keys are in memory, and it was written to since it was frozen last, it tells a HEAD.
   *
   * @throws InUseException while it is open
   */
  SnapshotInfo freeze(UUID subvolume, String name) throws IOException;

  /**
   * What is to be sent.
   *
   * @param since what the receiver has already is left out: the layers of this snapshot
   * @param isRecursive with the snapshots of nested subvolumes that are part of it; of {@code
   *     since} the receiver has its parts, too
   * @param isWithEarlier with all snapshots of the same subvolume that were taken before it
   * @param rest where a stream of the same that was cut goes on
   */
  record Outgoing(
      UUID snapshot,
      Optional<UUID> since,
      boolean isRecursive,
      boolean isWithEarlier,
      Optional<ResumePoint> rest) {

    /** Without earlier ones. */
    Outgoing(UUID snapshot, Optional<UUID> since, boolean isRecursive, Optional<ResumePoint> rest) {
      this(snapshot, since, isRecursive, false, rest);
    }

    static Outgoing whole(UUID snapshot) {
      return new Outgoing(snapshot, Optional.empty(), false, Optional.empty());
    }

    /** The rest of the same. */
    Outgoing from(Optional<ResumePoint> point) {
      return new Outgoing(snapshot, since, isRecursive, isWithEarlier, point);
    }
  }

  /**
   * How much is to be sent.
   *
   * @param bytes of extents
   * @param goesOn whether it leaves anything out that the receiver has
   * @param nested snapshots of nested subvolumes
   * @param earlier snapshots of the root that come with it
   */
  record Amount(long bytes, boolean goesOn, int nested, int earlier) {}

  /** What {@link #send} would write. */
  Amount amount(Outgoing outgoing) throws IOException;

  /**
   * Writes a snapshot as one stream.
   *
   * @throws UnmovableException if it stands on a directory of this machine, or has no protectors
   */
  void send(Outgoing outgoing, Pace pace, WritableByteChannel out, TransferProgress progress)
      throws IOException;

  /**
   * Writes a snapshot as a tar archive with one member for each object, without earlier ones and
   * from its beginning.
   *
   * @throws UnmovableException as with {@link #send}
   * @throws ctrenc.overlay.storage.FormatTooOldException if an earlier release wrote its files
   */
  void backup(Outgoing outgoing, Pace pace, WritableByteChannel out, TransferProgress progress)
      throws IOException;

  /** The same without what is nested in it. */
  default FileSystem view(UUID snapshot) throws IOException {
    return view(snapshot, false);
  }

  /**
   * A snapshot as the files that {@link #backup} writes, for reading. It works without keys, and is
   * the same whether the snapshot's subvolume is locked or not. What is removed meanwhile stays
   * until the filesystem is closed.
   *
   * @param isRecursive with the snapshots of nested subvolumes that are part of it
   * @throws UnmovableException as with {@link #send}
   * @throws ctrenc.overlay.storage.FormatTooOldException if an earlier release wrote its files
   */
  FileSystem view(UUID snapshot, boolean isRecursive) throws IOException;

  /**
   * Makes a subvolume of a backup, or of parts of it, as {@link #receive} does of a stream. Layers
   * of it that are here already are taken as they are, as a whole.
   */
  Received restore(
      String name, ReadableByteChannel in, Restore.Wanted wanted, TransferProgress progress)
      throws IOException;

  /**
   * The same of the files of a whole backup, as they lie in a directory of the host: a {@link
   * #view} that was copied, or an archive that was extracted. Nobody writes there meanwhile.
   *
   * @throws ctrenc.overlay.storage.DamagedException naming the file that is not what was backed up
   */
  Received restore(String name, Path directory, TransferProgress progress) throws IOException;

  /**
   * Makes a subvolume of a stream, with all nested ones that came. It shows when it is whole; of a
   * stream that fails nothing stays.
   *
   * @param name of the new subvolume
   * @throws UnmovableException if an image, or a snapshot that it goes on from, is not here
   * @throws AlreadyExistsException if the name is taken
   * @throws ctrenc.overlay.storage.DamagedException if the stream is not what was sent
   */
  default Received receive(String name, ReadableByteChannel in, TransferProgress progress)
      throws IOException {
    return receive(name, false, in, progress);
  }

  /**
   * The same.
   *
   * @param isResumable what came of a stream that was cut is kept, for one of the rest
   */
  Received receive(
      String name, boolean isResumable, ReadableByteChannel in, TransferProgress progress)
      throws IOException;

  /** Where streams that were cut go on, of which something was kept. */
  List<ResumePoint> kept();

  /**
   * Removes what was kept of a stream.
   *
   * @return whether anything was
   */
  boolean drop(ResumePoint point) throws IOException;

  /**
   * What came.
   *
   * @param origin what the root is called where it came from
   * @param snapshot the snapshot of it that was sent, which came with it
   * @param nested how many subvolumes came with it that are nested in it
   * @param earlier how many earlier snapshots of it came
   */
  record Received(
      SubvolumeInfo subvolume,
      String origin,
      SnapshotInfo snapshot,
      Optional<ImageInfo> image,
      int nested,
      int earlier) {}
}
