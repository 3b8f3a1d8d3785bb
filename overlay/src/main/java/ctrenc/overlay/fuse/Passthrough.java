package ctrenc.overlay.fuse;

/** Whether the kernel reads files of an image by itself. */
public enum Passthrough {
  /** It does, or will when the first one is opened. */
  ACTIVE,
  /** The mount gathers writes instead ({@link CacheMode#WRITEBACK}). */
  OFF,
  /** This kernel cannot; Linux 6.9 and later can. */
  UNSUPPORTED,
  /** This process lacks CAP_SYS_ADMIN. */
  UNPRIVILEGED,
  /** The image's files lie on a filesystem that is itself stacked, as overlayfs is. */
  STACKED
}
