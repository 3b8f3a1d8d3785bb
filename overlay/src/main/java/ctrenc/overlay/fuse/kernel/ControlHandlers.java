package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireIn.IoctlIn;
import ctrenc.overlay.fuse.kernel.WireOut.IoctlOut;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Answers ioctl(2) for the flags that chattr(1) and archivers ask for. This filesystem has none of
 * them: reading gives none, setting none succeeds, setting any is not supported. Terminals' and all
 * other commands are not for us.
 */
final class ControlHandlers {

  /** Commands of linux/fs.h; their structures, all flags first. */
  private static final int FS_IOC_GETFLAGS = 0x80086601;

  private static final int FS_IOC_SETFLAGS = 0x40086602;
  private static final int FS_IOC_FSGETXATTR = 0x801c581f;
  private static final int FS_IOC_FSSETXATTR = 0x401c5820;

  /** struct fsxattr. */
  private static final int FSXATTR_LENGTH = 28;

  private static final int FLAGS_LENGTH = 8;

  void addTo(HandlerTable table) {
    table
        .add(Operation.IOCTL, this::control)
        // A signal is for the lane that has the request; answers to questions of ours, which we
        // never ask, need nothing.
        .add(Operation.INTERRUPT, (request, reply) -> {})
        .add(Operation.NOTIFY_REPLY, (request, reply) -> {});
  }

  private void control(Request request, Reply reply) throws ErrnoException {
    switch (request.argumentInt(IoctlIn.COMMAND)) {
      case FS_IOC_GETFLAGS -> putNothing(request, reply, FLAGS_LENGTH);
      case FS_IOC_FSGETXATTR -> putNothing(request, reply, FSXATTR_LENGTH);
      case FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR -> refuseAnything(request, reply);
      default -> throw new ErrnoException(Errno.ENOTTY);
    }
  }

  private static void putNothing(Request request, Reply reply, int length) throws ErrnoException {
    long room = Integer.toUnsignedLong(request.argumentInt(IoctlIn.OUT_SIZE));
    if (room == 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    reply.begin(IoctlOut.LENGTH + (int) Math.min(room, length));
  }

  private static void refuseAnything(Request request, Reply reply) throws ErrnoException {
    MemorySegment wanted =
        request.data(Integer.toUnsignedLong(request.argumentInt(IoctlIn.IN_SIZE)));
    for (long i = 0; i < wanted.byteSize(); i++) {
      if (wanted.get(ValueLayout.JAVA_BYTE, i) != 0) {
        throw new ErrnoException(Errno.EOPNOTSUPP);
      }
    }
    reply.begin(IoctlOut.LENGTH);
  }
}
