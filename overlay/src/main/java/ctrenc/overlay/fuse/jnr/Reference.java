package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.vfs.FileSystem;

/** A reference to an inode; closing gives it back. The root's is never given back. */
record Reference(FileSystem fileSystem, long inode) implements AutoCloseable {

  @Override
  public void close() {
    if (inode != FileSystem.ROOT) {
      fileSystem.forget(inode, 1);
    }
  }
}
