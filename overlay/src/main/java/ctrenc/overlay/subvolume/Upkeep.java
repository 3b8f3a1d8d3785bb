package ctrenc.overlay.subvolume;

import ctrenc.overlay.extent.CompactionNeed;
import ctrenc.overlay.extent.CompactionResult;
import ctrenc.overlay.extent.CompactionRule;
import ctrenc.overlay.extent.CompactionWatch;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.scrub.ScrubSink;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.UUID;

/** What keeps a store whole and small while it is in use. Thread-safe. */
public interface Upkeep {

  /**
   * Verifies what is stored: every checksum and every structural rule; where the keys are in
   * memory, every seal and every reference as well.
   *
   * <p>Each thing is told once, with the file it is of where that is known: its inode by the
   * records that are not sealed, its path by the keys.
   *
   * @param subvolume whose layers are verified, with those of its snapshots and of all that is
   *     nested in it; empty is the whole store
   * @param from where an earlier one ended
   * @param pace how fast it may read
   */
  void verify(Optional<UUID> subvolume, ScrubPosition from, Pace pace, ScrubSink sink)
      throws IOException;

  /**
   * Does beforehand what makes later syncs cheaper, in a moment. Changes nothing that is stored.
   */
  void prepareSyncs() throws IOException;

  /** The bytes of segment files that {@link #verify} has before it at a position. */
  long bytesToVerify(Optional<UUID> subvolume, ScrubPosition from) throws IOException;

  /**
   * Rewrites segment files that are mostly dead, as they are sealed, beside whoever reads and
   * writes; needs no keys. What it moved stays moved, however it ends. One at a time: another call
   * waits.
   *
   * @param subvolume as for {@link #verify}
   * @param pace how fast it may move
   * @throws ctrenc.overlay.storage.DiskFullException if there is no room for a step
   */
  CompactionResult compact(
      Optional<UUID> subvolume, CompactionRule rule, Pace pace, CompactionWatch watch)
      throws IOException;

  /**
   * Verifies the extents that are stored, and exchanges those that are damaged for what a stream or
   * a backup has in their place, as it is sealed; needs no keys, and roots may be in use. Nothing
   * is taken that is not, by its checksum, what was written. Damaged headers of segment files are
   * written anew. Records that are damaged or gone, of layers that do not grow, are exchanged too
   * where the key is in memory, and tells that what comes is what was written there last.
   *
   * @param subvolume as for {@link #verify}
   * @param source is read to its end if an extent is damaged
   * @throws ctrenc.overlay.storage.DamagedException if the source is cut or changed; what came
   *     before is repaired
   */
  void repair(Optional<UUID> subvolume, InputStream source, RepairSink sink) throws IOException;

  /** What {@link #compact} would work on. */
  CompactionNeed compactionNeed(Optional<UUID> subvolume, CompactionRule rule) throws IOException;
}
