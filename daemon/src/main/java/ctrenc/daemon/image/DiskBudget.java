package ctrenc.daemon.image;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileSystemStatus;
import java.io.IOException;

/**
 * What an import may write: it ends before the disk is full, whatever an archive unfolds to. Not
 * thread-safe.
 */
final class DiskBudget {

  private static final long STEP = 16 << 20;
  private static final int MEMBERS = 1000;

  private final Descriptor directory;
  private final long reserve;
  private final ImportProgress progress;
  private long written;
  private long checkedAt = -STEP;
  private int members;

  DiskBudget(Descriptor directory, long reserve, ImportProgress progress) {
    this.directory = directory;
    this.reserve = reserve;
    this.progress = progress;
  }

  /** To be called before {@code bytes} are written. */
  void spend(long bytes) throws IOException {
    written += bytes;
    if (written - checkedAt >= STEP) {
      check();
    }
  }

  /** To be called for each member. */
  void member() throws IOException {
    if (++members % MEMBERS == 0) {
      check();
    }
  }

  private void check() throws IOException {
    checkedAt = written;
    progress.unpacked(written);
    FileSystemStatus disk = FileSystemStatus.of(directory);
    long free = disk.availableBlocks() * disk.fragmentSize();
    if (free < reserve) {
      throw RefusedException.full(
          "The image does not fit: "
              + (written >> 20)
              + " MiB are unpacked and the disk of the state directory has only "
              + (free >> 20)
              + " MiB left; make room and try again.");
    }
  }
}
