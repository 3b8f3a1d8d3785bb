package ctrenc.overlay.fuse.kernel;

/** Where the replies go to requests that came by it. */
interface Channel {

  /**
   * Answers a request that came by this channel. Any thread may call it, with a reply that no other
   * thread uses.
   */
  void send(long unique, Reply reply);

  /**
   * Whether a thread may wait for a disk with a request that came by this channel, because other
   * threads take what comes meanwhile.
   */
  boolean letsReaderWait();
}
