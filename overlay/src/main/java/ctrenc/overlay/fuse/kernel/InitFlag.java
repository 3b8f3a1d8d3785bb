package ctrenc.overlay.fuse.kernel;

/** Features of the protocol (FUSE_INIT flags of linux/fuse.h) that this server asks for. */
final class InitFlag {

  static final long ASYNC_READ = 1L;
  static final long ATOMIC_O_TRUNC = 1L << 3;

  /** LOOKUP of "." and "..", by which file handles are opened again. */
  static final long EXPORT_SUPPORT = 1L << 4;

  static final long BIG_WRITES = 1L << 5;

  /** The server applies the umask, because a default ACL takes its place. */
  static final long DONT_MASK = 1L << 6;

  static final long IOCTL_DIRECTORY = 1L << 11;

  /**
   * Listings come with attributes, always: the kernel's own guess (READDIRPLUS_AUTO) asks for the
   * attributes of all but the first entries of a large directory one by one.
   */
  static final long READDIRPLUS = 1L << 13;

  static final long ASYNC_DIRECT_IO = 1L << 15;
  static final long WRITEBACK_CACHE = 1L << 16;
  static final long PARALLEL_DIRECTORY_OPERATIONS = 1L << 18;
  static final long POSIX_ACL = 1L << 20;
  static final long ABORT_ERROR = 1L << 21;
  static final long MAX_PAGES = 1L << 22;
  static final long CACHE_SYMLINKS = 1L << 23;

  /** The kernel drops cached data only when it is told to. */
  static final long EXPLICIT_INVALIDATION = 1L << 25;

  static final long HANDLE_KILLPRIV_V2 = 1L << 28;
  static final long SETXATTR_EXTENDED = 1L << 29;
  static final long INIT_EXTENDED = 1L << 30;
  static final long HAS_EXPIRE_ONLY = 1L << 35;
  static final long DIRECT_IO_MMAP = 1L << 36;

  /** The kernel reads files by itself that it is given; excludes {@link #WRITEBACK_CACHE}. */
  static final long PASSTHROUGH = 1L << 37;

  static final long HAS_RESEND = 1L << 39;
  static final long ALLOW_IDMAP = 1L << 40;

  /** Requests come by io_uring; Linux 6.14, where the host's administrator allows it. */
  static final long OVER_IO_URING = 1L << 41;

  /**
   * What would break promises if it were missing: wrong wire structures, or privileges not cleared.
   */
  static final long REQUIRED =
      DONT_MASK | MAX_PAGES | HANDLE_KILLPRIV_V2 | SETXATTR_EXTENDED | INIT_EXTENDED | POSIX_ACL;

  /** What is asked for in every mode. */
  static final long WANTED =
      REQUIRED
          | ASYNC_READ
          | ATOMIC_O_TRUNC
          | EXPORT_SUPPORT
          | BIG_WRITES
          | IOCTL_DIRECTORY
          | READDIRPLUS
          | ASYNC_DIRECT_IO
          | PARALLEL_DIRECTORY_OPERATIONS
          | ABORT_ERROR
          | CACHE_SYMLINKS
          | EXPLICIT_INVALIDATION
          | HAS_EXPIRE_ONLY
          | DIRECT_IO_MMAP
          | HAS_RESEND
          | ALLOW_IDMAP;

  private InitFlag() {}
}
