package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.vfs.Name;

/** A directory that was found, and a name in it, of something or of nothing. */
record Place(Reference directory, Name name) implements AutoCloseable {

  long parent() {
    return directory.inode();
  }

  @Override
  public void close() {
    directory.close();
  }
}
