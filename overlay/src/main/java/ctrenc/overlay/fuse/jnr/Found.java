package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.vfs.Attributes;

/** What a path led to, as it was then; closing gives the reference back. */
record Found(Reference reference, Attributes attributes) implements AutoCloseable {

  long inode() {
    return reference.inode();
  }

  @Override
  public void close() {
    reference.close();
  }
}
