package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireIn.BatchForgetIn;
import ctrenc.overlay.fuse.kernel.WireIn.CopyFileRangeIn;
import ctrenc.overlay.fuse.kernel.WireIn.CreateIn;
import ctrenc.overlay.fuse.kernel.WireIn.FallocateIn;
import ctrenc.overlay.fuse.kernel.WireIn.FlushIn;
import ctrenc.overlay.fuse.kernel.WireIn.ForgetIn;
import ctrenc.overlay.fuse.kernel.WireIn.FsyncIn;
import ctrenc.overlay.fuse.kernel.WireIn.GetattrIn;
import ctrenc.overlay.fuse.kernel.WireIn.GetxattrIn;
import ctrenc.overlay.fuse.kernel.WireIn.InterruptIn;
import ctrenc.overlay.fuse.kernel.WireIn.IoctlIn;
import ctrenc.overlay.fuse.kernel.WireIn.LinkIn;
import ctrenc.overlay.fuse.kernel.WireIn.LseekIn;
import ctrenc.overlay.fuse.kernel.WireIn.MkdirIn;
import ctrenc.overlay.fuse.kernel.WireIn.MknodIn;
import ctrenc.overlay.fuse.kernel.WireIn.OpenIn;
import ctrenc.overlay.fuse.kernel.WireIn.ReadIn;
import ctrenc.overlay.fuse.kernel.WireIn.ReleaseIn;
import ctrenc.overlay.fuse.kernel.WireIn.Rename2In;
import ctrenc.overlay.fuse.kernel.WireIn.RenameIn;
import ctrenc.overlay.fuse.kernel.WireIn.SetattrIn;
import ctrenc.overlay.fuse.kernel.WireIn.SetxattrIn;
import ctrenc.overlay.fuse.kernel.WireIn.StatxIn;
import ctrenc.overlay.fuse.kernel.WireIn.WriteIn;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The operations this server answers (enum fuse_opcode of linux/fuse.h): each with its number, the
 * length of the structure that follows the header, and what sets it apart.
 */
enum Operation {
  LOOKUP(1, 0),
  FORGET(2, ForgetIn.LENGTH, Trait.UNANSWERED),
  GETATTR(3, GetattrIn.LENGTH),
  SETATTR(4, SetattrIn.LENGTH, Trait.CHANGES),
  READLINK(5, 0),
  SYMLINK(6, 0, Trait.CHANGES),
  MKNOD(8, MknodIn.LENGTH, Trait.CHANGES),
  MKDIR(9, MkdirIn.LENGTH, Trait.CHANGES),
  UNLINK(10, 0, Trait.CHANGES),
  RMDIR(11, 0, Trait.CHANGES),
  RENAME(12, RenameIn.LENGTH, Trait.CHANGES),
  LINK(13, LinkIn.LENGTH, Trait.CHANGES),
  OPEN(14, OpenIn.LENGTH),
  READ(15, ReadIn.LENGTH),
  WRITE(16, WriteIn.LENGTH, Trait.CHANGES),
  STATFS(17, 0),
  RELEASE(18, ReleaseIn.LENGTH),
  FSYNC(20, FsyncIn.LENGTH, Trait.SLOW),
  SETXATTR(21, SetxattrIn.LENGTH, Trait.CHANGES),
  GETXATTR(22, GetxattrIn.LENGTH),
  LISTXATTR(23, GetxattrIn.LENGTH),
  REMOVEXATTR(24, 0, Trait.CHANGES),
  FLUSH(25, FlushIn.LENGTH),
  OPENDIR(27, OpenIn.LENGTH),
  READDIR(28, ReadIn.LENGTH),
  RELEASEDIR(29, ReleaseIn.LENGTH),
  FSYNCDIR(30, FsyncIn.LENGTH, Trait.SLOW),
  CREATE(35, CreateIn.LENGTH, Trait.CHANGES),
  INTERRUPT(36, InterruptIn.LENGTH, Trait.UNANSWERED),
  DESTROY(38, 0),
  IOCTL(39, IoctlIn.LENGTH),
  NOTIFY_REPLY(41, 0, Trait.UNANSWERED),
  BATCH_FORGET(42, BatchForgetIn.LENGTH, Trait.UNANSWERED),
  FALLOCATE(43, FallocateIn.LENGTH, Trait.CHANGES, Trait.SLOW),
  READDIRPLUS(44, ReadIn.LENGTH),
  RENAME2(45, Rename2In.LENGTH, Trait.CHANGES),
  LSEEK(46, LseekIn.LENGTH),
  COPY_FILE_RANGE(47, CopyFileRangeIn.LENGTH, Trait.CHANGES, Trait.SLOW),
  SYNCFS(50, 8, Trait.SLOW),
  TMPFILE(51, CreateIn.LENGTH, Trait.CHANGES),
  STATX(52, StatxIn.LENGTH),
  COPY_FILE_RANGE_64(53, CopyFileRangeIn.LENGTH, Trait.CHANGES, Trait.SLOW);

  /** FUSE_INIT, which is answered once, before any of these. */
  static final int INIT = 26;

  /** The longest structure that follows a header. */
  static final int MAX_ARGUMENT = SetattrIn.LENGTH;

  private static final Operation[] BY_CODE = new Operation[64];

  static {
    for (Operation operation : values()) {
      BY_CODE[operation.code] = operation;
    }
  }

  private enum Trait {
    CHANGES,
    SLOW,
    UNANSWERED
  }

  private final int code;
  private final int argumentLength;
  private final boolean changes;
  private final boolean slow;
  private final boolean answered;

  Operation(int code, int argumentLength, Trait... traits) {
    Set<Trait> set = EnumSet.noneOf(Trait.class);
    set.addAll(Set.of(traits));
    this.code = code;
    this.argumentLength = argumentLength;
    changes = set.contains(Trait.CHANGES);
    slow = set.contains(Trait.SLOW);
    answered = !set.contains(Trait.UNANSWERED);
  }

  /** The operation with this number, or null for one that this server does not know. */
  static @Nullable Operation ofCode(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }

  int code() {
    return code;
  }

  /** Length in bytes of the structure between the header and the names or data. */
  int argumentLength() {
    return argumentLength;
  }

  /** Changes the filesystem, and is refused where that is read-only. */
  boolean changes() {
    return changes;
  }

  /**
   * May wait for the disk for long, so it must not hold up a thread that reads requests. Its
   * request fits {@link #MAX_ARGUMENT}.
   */
  boolean isSlow() {
    return slow;
  }

  /** False for messages to which the kernel expects no reply. */
  boolean isAnswered() {
    return answered;
  }
}
