package ctrenc.overlay.vfs;

/**
 * Is told what changed in a filesystem by other ways than calls for the mount's kernel, which then
 * forgets what it knew. A call may wait until requests were answered, so none of the threads that
 * answer them may make it.
 */
public interface ChangeWatcher {

  /** A name of a directory leads elsewhere, or is new or gone. */
  void entryChanged(long parent, Name name);

  /** Contents or attributes of an inode are other ones. */
  void inodeChanged(long inode);

  /** For a filesystem that is not mounted. */
  static ChangeWatcher nobody() {
    return new ChangeWatcher() {
      @Override
      public void entryChanged(long parent, Name name) {
        // Nobody remembers anything.
      }

      @Override
      public void inodeChanged(long inode) {
        // Nobody remembers anything.
      }
    };
  }
}
