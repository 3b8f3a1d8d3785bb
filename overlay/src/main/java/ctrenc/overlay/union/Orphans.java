package ctrenc.overlay.union;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.layer.LayerBatch;
import ctrenc.overlay.layer.UpperLayer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets go of inodes that have no name and no user any more. Thread-safe. */
final class Orphans {

  private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);

  private final LayerStack stack;

  Orphans(LayerStack stack) {
    this.stack = stack;
  }

  /**
   * Frees a dead node's bytes and record. What fails stays in the list of orphans and goes at the
   * next open.
   */
  void reclaim(Node node) {
    try {
      remove(node.inode(), node.inodeRecord());
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("inode", node.inode()).setCause(e).log("orphan not reclaimed");
    }
  }

  /** Frees the orphans that an earlier opening of the filesystem left behind. */
  void reclaimAll() throws IOException {
    UpperLayer upper = stack.upper();
    List<Long> left = new ArrayList<>();
    upper.orphans(left::add);
    for (long inode : left) {
      Optional<InodeRecord> found = upper.inode(inode);
      if (found.isPresent() && found.get().links() == 0) {
        remove(inode, found.get());
      } else {
        unlist(inode);
      }
    }
  }

  private void remove(long inode, InodeRecord inodeRecord) throws IOException {
    try (LayerBatch batch = stack.upper().batch()) {
      if (inodeRecord.isRegular()) {
        batch.truncate(inode, 0);
      }
      Change.removeForGood(stack, batch, inode, inodeRecord);
      batch.removeOrphan(inode);
      batch.commit();
    }
  }

  private void unlist(long inode) throws IOException {
    try (LayerBatch batch = stack.upper().batch()) {
      batch.removeOrphan(inode);
      batch.commit();
    }
  }
}
