package ctrenc.overlay.union;

import ctrenc.overlay.layer.DirectoryEntry;
import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.layer.LayerBatch;
import ctrenc.overlay.layer.UpperLayer;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * Gathers the records of many inodes into one batch. An inode's own record is put last, in the
 * batch with the last of what belongs to it or in a later one: a record that is there tells that
 * the inode is whole. Not thread-safe.
 */
final class MergedBatch {

  private static final int MOST = 512;

  private final UpperLayer target;
  private final Set<Long> inodes = new HashSet<>();
  private LayerBatch batch;
  private int count;

  MergedBatch(UpperLayer target) {
    this.target = target;
    this.batch = target.batch();
  }

  /** The inode's record waits in the batch. */
  boolean has(long inode) {
    return inodes.contains(inode);
  }

  void put(long inode, InodeRecord inodeRecord) throws IOException {
    batch.putInode(inode, inodeRecord);
    inodes.add(inode);
    counted();
  }

  void put(long directory, DirectoryEntry entry) throws IOException {
    batch.putEntry(directory, entry);
    counted();
  }

  void put(long inode, FileRun run) throws IOException {
    batch.replace(inode, run);
    counted();
  }

  private void counted() throws IOException {
    count++;
    if (count >= MOST) {
      commit();
    }
  }

  void commit() throws IOException {
    if (count > 0) {
      batch.commit();
    }
    batch.close();
    batch = target.batch();
    inodes.clear();
    count = 0;
  }
}
