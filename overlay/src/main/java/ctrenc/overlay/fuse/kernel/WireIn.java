package ctrenc.overlay.fuse.kernel;

/**
 * Requests: offsets and lengths in bytes of the structures of linux/fuse.h, protocol 7.36 and
 * later, in the machine's byte order. Each class is one structure; {@code LENGTH} is its size.
 * Fields that this server does not read are left out.
 */
final class WireIn {

  private WireIn() {}

  /** struct fuse_in_header. */
  static final class InHeader {
    static final int TOTAL = 0;
    static final int OPCODE = 4;
    static final int UNIQUE = 8;
    static final int NODE = 16;
    static final int UID = 24;
    static final int GID = 28;
    static final int PID = 32;
    static final int EXTENSIONS = 36;
    static final int LENGTH = 40;
  }

  /** struct fuse_init_in. */
  static final class InitIn {
    static final int MAJOR = 0;
    static final int MINOR = 4;
    static final int MAX_READAHEAD = 8;
    static final int FLAGS = 12;
    static final int FLAGS2 = 16;
    static final int LENGTH = 64;
  }

  /** struct fuse_forget_in. */
  static final class ForgetIn {
    static final int COUNT = 0;
    static final int LENGTH = 8;
  }

  /** struct fuse_batch_forget_in, followed by struct fuse_forget_one. */
  static final class BatchForgetIn {
    static final int COUNT = 0;
    static final int LENGTH = 8;
    static final int ONE_NODE = 0;
    static final int ONE_COUNT = 8;
    static final int ONE_LENGTH = 16;
  }

  /** struct fuse_getattr_in. */
  static final class GetattrIn {
    static final int LENGTH = 16;
  }

  /** struct fuse_statx_in. */
  static final class StatxIn {
    static final int LENGTH = 24;
  }

  /** struct fuse_setattr_in. */
  static final class SetattrIn {
    static final int VALID = 0;
    static final int SIZE = 16;
    static final int ATIME = 32;
    static final int MTIME = 40;
    static final int CTIME = 48;
    static final int ATIME_NANOS = 56;
    static final int MTIME_NANOS = 60;
    static final int CTIME_NANOS = 64;
    static final int MODE = 68;
    static final int UID = 76;
    static final int GID = 80;
    static final int LENGTH = 88;
  }

  /** struct fuse_mknod_in. */
  static final class MknodIn {
    static final int MODE = 0;
    static final int RDEV = 4;
    static final int UMASK = 8;
    static final int LENGTH = 16;
  }

  /** struct fuse_mkdir_in. */
  static final class MkdirIn {
    static final int MODE = 0;
    static final int UMASK = 4;
    static final int LENGTH = 8;
  }

  /** struct fuse_rename_in. */
  static final class RenameIn {
    static final int NEW_PARENT = 0;
    static final int LENGTH = 8;
  }

  /** struct fuse_rename2_in. */
  static final class Rename2In {
    static final int NEW_PARENT = 0;
    static final int FLAGS = 8;
    static final int LENGTH = 16;
  }

  /** struct fuse_link_in. */
  static final class LinkIn {
    static final int OLD_NODE = 0;
    static final int LENGTH = 8;
  }

  /** struct fuse_open_in. */
  static final class OpenIn {
    static final int FLAGS = 0;
    static final int LENGTH = 8;
  }

  /** struct fuse_create_in. */
  static final class CreateIn {
    static final int FLAGS = 0;
    static final int MODE = 4;
    static final int UMASK = 8;
    static final int LENGTH = 16;
  }

  /** struct fuse_read_in. */
  static final class ReadIn {
    static final int HANDLE = 0;
    static final int OFFSET = 8;
    static final int SIZE = 16;
    static final int LENGTH = 40;
  }

  /** struct fuse_write_in. */
  static final class WriteIn {
    static final int HANDLE = 0;
    static final int OFFSET = 8;
    static final int SIZE = 16;
    static final int FLAGS = 20;
    static final int LENGTH = 40;
  }

  /** struct fuse_release_in. */
  static final class ReleaseIn {
    static final int HANDLE = 0;
    static final int FLAGS = 8;
    static final int LENGTH = 24;
  }

  /** struct fuse_flush_in. */
  static final class FlushIn {
    static final int HANDLE = 0;
    static final int LENGTH = 24;
  }

  /** struct fuse_fsync_in. */
  static final class FsyncIn {
    static final int HANDLE = 0;
    static final int FLAGS = 8;
    static final int LENGTH = 16;
  }

  /** struct fuse_setxattr_in, as it is with FUSE_SETXATTR_EXT. */
  static final class SetxattrIn {
    static final int SIZE = 0;
    static final int FLAGS = 4;
    static final int EXTRA_FLAGS = 8;
    static final int LENGTH = 16;
  }

  /** struct fuse_getxattr_in. */
  static final class GetxattrIn {
    static final int SIZE = 0;
    static final int LENGTH = 8;
  }

  /** struct fuse_interrupt_in. */
  static final class InterruptIn {
    static final int UNIQUE = 0;
    static final int LENGTH = 8;
  }

  /** struct fuse_fallocate_in. */
  static final class FallocateIn {
    static final int HANDLE = 0;
    static final int OFFSET = 8;
    static final int SIZE = 16;
    static final int MODE = 24;
    static final int LENGTH = 32;
  }

  /** struct fuse_lseek_in. */
  static final class LseekIn {
    static final int HANDLE = 0;
    static final int OFFSET = 8;
    static final int WHENCE = 16;
    static final int LENGTH = 24;
  }

  /** struct fuse_copy_file_range_in. */
  static final class CopyFileRangeIn {
    static final int HANDLE = 0;
    static final int OFFSET = 8;
    static final int TO_NODE = 16;
    static final int TO_HANDLE = 24;
    static final int TO_OFFSET = 32;
    static final int SIZE = 40;
    static final int LENGTH = 56;
  }

  /** struct fuse_ioctl_in. */
  static final class IoctlIn {
    static final int COMMAND = 12;
    static final int IN_SIZE = 24;
    static final int OUT_SIZE = 28;
    static final int LENGTH = 32;
  }
}
