package ctrenc.overlay.union;

import ctrenc.overlay.layer.DirectoryEntry;
import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.layer.LayerBatch;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;

/** A batch whose commit may fail. */
record FaultyBatch(LayerBatch batch, Check check) implements LayerBatch {

  @Override
  public void commit() throws IOException {
    check.run();
    batch.commit();
  }

  @Override
  public void putInode(long inode, InodeRecord inodeRecord) throws IOException {
    batch.putInode(inode, inodeRecord);
  }

  @Override
  public void removeInode(long inode) throws IOException {
    batch.removeInode(inode);
  }

  @Override
  public void putEntry(long parent, DirectoryEntry entry) throws IOException {
    batch.putEntry(parent, entry);
  }

  @Override
  public void removeEntry(long parent, Name name) throws IOException {
    batch.removeEntry(parent, name);
  }

  @Override
  public void removeEntries(long parent) throws IOException {
    batch.removeEntries(parent);
  }

  @Override
  public void replace(long inode, FileRun run) throws IOException {
    batch.replace(inode, run);
  }

  @Override
  public void truncate(long inode, long size) throws IOException {
    batch.truncate(inode, size);
  }

  @Override
  public void putOrphan(long inode) throws IOException {
    batch.putOrphan(inode);
  }

  @Override
  public void removeOrphan(long inode) throws IOException {
    batch.removeOrphan(inode);
  }

  @Override
  public void close() {
    batch.close();
  }

  /** Fails if the commit is to fail. */
  @FunctionalInterface
  interface Check {
    void run() throws IOException;
  }
}
