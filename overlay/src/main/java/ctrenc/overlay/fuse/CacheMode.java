package ctrenc.overlay.fuse;

/** What the kernel does with the files of a mount. It can do one or the other, not both. */
public enum CacheMode {
  /**
   * It reads files of an image that nobody wrote to by itself (passthrough), so that all roots of
   * an image share one page cache; every write comes at once. Where the host cannot do this,
   * everything is served.
   */
  IMAGE,
  /** It gathers writes and sends them later; everything is served. */
  WRITEBACK
}
