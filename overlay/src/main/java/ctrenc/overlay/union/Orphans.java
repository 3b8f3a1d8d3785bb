package ctrenc.overlay.union;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.layer.LayerBatch;
import ctrenc.overlay.layer.UpperLayer;
import java.io.IOException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Lets go of inodes that have no name and no user any more, many in one batch. What fails, or is
 * not done when the filesystem is closed, stays in the upper's list of orphans and goes at the next
 * opening. Thread-safe.
 */
final class Orphans implements Background.Chore {

  private static final int BATCH = 64;

  private final LayerStack stack;
  private final Background background;
  private final Queue<Long> dead = new ConcurrentLinkedQueue<>();

  Orphans(LayerStack stack, Background background) {
    this.stack = stack;
    this.background = background;
  }

  /** Takes an orphan that nobody can reach any more. */
  void add(long inode) {
    dead.add(inode);
    background.wake();
  }

  /** Takes the orphans that an earlier opening of the filesystem left behind. */
  void addAllLeft() throws IOException {
    stack.upper().orphans(this::add);
  }

  @Override
  public boolean doSome() throws IOException {
    if (dead.isEmpty()) {
      return false;
    }
    UpperLayer upper = stack.upper();
    try (LayerBatch batch = upper.batch()) {
      for (int i = 0; i < BATCH; i++) {
        Long inode = dead.poll();
        if (inode == null) {
          break;
        }
        Optional<InodeRecord> found = upper.inode(inode);
        if (found.isPresent() && found.get().links() == 0) {
          remove(batch, inode, found.get());
        }
        batch.removeOrphan(inode);
      }
      batch.commit();
    }
    return true;
  }

  /** Lets go of all that are known, by the caller. */
  void doAll() throws IOException {
    while (doSome()) {
      Thread.onSpinWait();
    }
  }

  private void remove(LayerBatch batch, long inode, InodeRecord inodeRecord) throws IOException {
    if (inodeRecord.isRegular()) {
      batch.truncate(inode, 0);
    }
    Change.removeForGood(stack, batch, inode, inodeRecord);
  }
}
