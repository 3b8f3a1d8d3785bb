package ctrenc.overlay.vfs;

/** Takes directory entries until it is full. */
public interface DirectorySink {

  /**
   * Offers an entry of a plain listing, or one of another listing that nobody takes a reference on.
   *
   * @param cookie where a later listing goes on after this entry
   * @param type {@link FileMode#direntType}
   * @return false if the entry did not fit and was not taken
   */
  boolean accept(Name name, long inode, int type, long cookie);

  /** Offers an entry with attributes; the same contract. */
  boolean accept(Name name, Attributes attributes, long cookie);
}
