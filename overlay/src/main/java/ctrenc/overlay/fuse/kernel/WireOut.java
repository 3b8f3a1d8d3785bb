package ctrenc.overlay.fuse.kernel;

/**
 * Replies and notifications: offsets and lengths in bytes of the structures of linux/fuse.h,
 * protocol 7.36 and later, in the machine's byte order. Each class is one structure; {@code LENGTH}
 * is its size. Fields that stay zero are left out.
 */
final class WireOut {

  private WireOut() {}

  /** struct fuse_out_header. */
  static final class OutHeader {
    static final int TOTAL = 0;
    static final int ERROR = 4;
    static final int UNIQUE = 8;
    static final int LENGTH = 16;
  }

  /** struct fuse_init_out. */
  static final class InitOut {
    static final int MAJOR = 0;
    static final int MINOR = 4;
    static final int MAX_READAHEAD = 8;
    static final int FLAGS = 12;
    static final int MAX_BACKGROUND = 16;
    static final int CONGESTION_THRESHOLD = 18;
    static final int MAX_WRITE = 20;
    static final int TIME_GRANULARITY = 24;
    static final int MAX_PAGES = 28;
    static final int FLAGS2 = 32;
    static final int MAX_STACK_DEPTH = 36;
    static final int LENGTH = 64;
  }

  /** struct fuse_attr. */
  static final class Attr {
    static final int INODE = 0;
    static final int SIZE = 8;
    static final int BLOCKS = 16;
    static final int ATIME = 24;
    static final int MTIME = 32;
    static final int CTIME = 40;
    static final int ATIME_NANOS = 48;
    static final int MTIME_NANOS = 52;
    static final int CTIME_NANOS = 56;
    static final int MODE = 60;
    static final int LINKS = 64;
    static final int UID = 68;
    static final int GID = 72;
    static final int RDEV = 76;
    static final int BLOCK_SIZE = 80;
    static final int FLAGS = 84;
    static final int LENGTH = 88;
  }

  /** struct fuse_entry_out. */
  static final class EntryOut {
    static final int NODE = 0;
    static final int GENERATION = 8;
    static final int ENTRY_VALID = 16;
    static final int ATTR_VALID = 24;
    static final int ENTRY_VALID_NANOS = 32;
    static final int ATTR_VALID_NANOS = 36;
    static final int ATTR = 40;
    static final int LENGTH = ATTR + Attr.LENGTH;
  }

  /** struct fuse_attr_out. */
  static final class AttrOut {
    static final int ATTR_VALID = 0;
    static final int ATTR = 16;
    static final int LENGTH = ATTR + Attr.LENGTH;
  }

  /** struct fuse_statx_out, and struct fuse_statx inside it from {@link #STATX}. */
  static final class StatxOut {
    static final int ATTR_VALID = 0;
    static final int STATX = 32;
    static final int MASK = STATX;
    static final int BLOCK_SIZE = STATX + 4;
    static final int LINKS = STATX + 16;
    static final int UID = STATX + 20;
    static final int GID = STATX + 24;
    static final int MODE = STATX + 28;
    static final int INODE = STATX + 32;
    static final int SIZE = STATX + 40;
    static final int BLOCKS = STATX + 48;
    static final int ATIME = STATX + 64;
    static final int BTIME = STATX + 80;
    static final int CTIME = STATX + 96;
    static final int MTIME = STATX + 112;
    static final int RDEV_MAJOR = STATX + 128;
    static final int RDEV_MINOR = STATX + 132;
    static final int LENGTH = STATX + 256;
  }

  /** struct fuse_open_out. */
  static final class OpenOut {
    static final int HANDLE = 0;
    static final int FLAGS = 8;
    static final int BACKING_ID = 12;
    static final int LENGTH = 16;
  }

  /** struct fuse_write_out. */
  static final class WriteOut {
    static final int SIZE = 0;
    static final int LENGTH = 8;
  }

  /** struct fuse_getxattr_out. */
  static final class GetxattrOut {
    static final int SIZE = 0;
    static final int LENGTH = 8;
  }

  /** struct fuse_statfs_out. */
  static final class StatfsOut {
    static final int BLOCKS = 0;
    static final int FREE_BLOCKS = 8;
    static final int AVAILABLE_BLOCKS = 16;
    static final int FILES = 24;
    static final int FREE_FILES = 32;
    static final int BLOCK_SIZE = 40;
    static final int NAME_LENGTH = 44;
    static final int FRAGMENT_SIZE = 48;
    static final int LENGTH = 80;
  }

  /** struct fuse_lseek_out. */
  static final class LseekOut {
    static final int OFFSET = 0;
    static final int LENGTH = 8;
  }

  /** struct fuse_copy_file_range_out. */
  static final class CopyFileRangeOut {
    static final int COPIED = 0;
    static final int LENGTH = 8;
  }

  /** struct fuse_ioctl_out, followed by the data. */
  static final class IoctlOut {
    static final int RESULT = 0;
    static final int LENGTH = 16;
  }

  /** struct fuse_dirent, followed by the name, padded to {@link #ALIGNMENT}. */
  static final class Dirent {
    static final int INODE = 0;
    static final int COOKIE = 8;
    static final int NAME_LENGTH = 16;
    static final int TYPE = 20;
    static final int NAME = 24;
    static final int ALIGNMENT = 8;
  }

  /** struct fuse_direntplus: an entry, then a dirent. */
  static final class DirentPlus {
    static final int DIRENT = EntryOut.LENGTH;
  }

  /** struct fuse_notify_inval_inode_out. */
  static final class InvalidateInodeOut {
    static final int NODE = 0;
    static final int OFFSET = 8;
    static final int SIZE = 16;
    static final int LENGTH = 24;
  }

  /** struct fuse_notify_inval_entry_out, followed by the name and a NUL. */
  static final class InvalidateEntryOut {
    static final int PARENT = 0;
    static final int NAME_LENGTH = 8;
    static final int LENGTH = 16;
  }
}
