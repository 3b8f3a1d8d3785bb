package ctrenc.overlay.sys;

import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * The system calls in use, with their numbers on x86-64 (arch/x86/entry/syscalls/syscall_64.tbl)
 * and on AArch64 (include/uapi/asm-generic/unistd.h).
 */
enum SystemCall {
  READ(0, 63),
  WRITE(1, 64),
  PREAD64(17, 67),
  PWRITE64(18, 68),
  CLOSE(3, 57),
  FCNTL(72, 25),
  FLOCK(73, 32),
  OPENAT(257, 56),
  OPENAT2(437, 437),
  FSYNC(74, 82),
  FDATASYNC(75, 83),
  SYNCFS(306, 267),
  FTRUNCATE(77, 46),
  FALLOCATE(285, 47),
  FADVISE64(221, 223),
  SYNC_FILE_RANGE(277, 84),
  COPY_FILE_RANGE(326, 285),
  SPLICE(275, 76),
  LSEEK(8, 62),
  STATX(332, 291),
  STATFS(137, 43),
  FSTATFS(138, 44),
  GETDENTS64(217, 61),
  READLINKAT(267, 78),
  MKDIRAT(258, 34),
  MKNODAT(259, 33),
  SYMLINKAT(266, 36),
  LINKAT(265, 37),
  UNLINKAT(263, 35),
  RENAMEAT2(316, 276),
  FCHOWNAT(260, 54),
  FCHMODAT(268, 53),
  UTIMENSAT(280, 88),
  SETXATTR(188, 5),
  LSETXATTR(189, 6),
  GETXATTR(191, 8),
  LGETXATTR(192, 9),
  LISTXATTR(194, 11),
  LLISTXATTR(195, 12),
  REMOVEXATTR(197, 14),
  LREMOVEXATTR(198, 15),
  MOUNT(165, 40),
  UMOUNT2(166, 39),
  OPEN_TREE(428, 428),
  MOVE_MOUNT(429, 429),
  MOUNT_SETATTR(442, 442),
  MMAP(9, 222),
  MUNMAP(11, 215),
  MLOCK(149, 228),
  MUNLOCK(150, 229),
  MADVISE(28, 233),
  PRCTL(157, 167),
  PPOLL(271, 73),
  EPOLL_CREATE1(291, 20),
  EPOLL_CTL(233, 21),
  EPOLL_PWAIT(281, 22),
  EVENTFD2(290, 19),
  PIDFD_OPEN(434, 434),
  PIDFD_GETFD(438, 438),
  GETTID(186, 178),
  EXIT_GROUP(231, 94),
  IOCTL(16, 29),
  MEMFD_CREATE(319, 279),
  IO_URING_SETUP(425, 425),
  IO_URING_ENTER(426, 426),
  SOCKET(41, 198),
  BIND(49, 200),
  LISTEN(50, 201),
  ACCEPT4(288, 242),
  CONNECT(42, 203),
  SENDMSG(46, 211),
  RECVMSG(47, 212),
  SETSOCKOPT(54, 208),
  GETSOCKOPT(55, 209),
  ADD_KEY(248, 217),
  KEYCTL(250, 219);

  private static final long MAX_ERRNO = 4095;

  private final String manualName;
  private final int number;

  SystemCall(int onX86, int onArm) {
    manualName = name().toLowerCase(Locale.ROOT);
    number =
        switch (System.getProperty("os.arch")) {
          case "amd64", "x86_64" -> onX86;
          case "aarch64" -> onArm;
          default ->
              -1; // Answered ENOSYS by the kernel, so an unknown machine fails with a clear error.
        };
  }

  /** The call as its manual page names it. */
  String manualName() {
    return manualName;
  }

  /** The call's result, or its errno negated. */
  long attempt(long a, long b, long c, long d, long e, long f) {
    return Native.call(number, a, b, c, d, e, f);
  }

  long invoke(long a) throws SystemCallException {
    return checked(attempt(a, 0, 0, 0, 0, 0));
  }

  long invoke(long a, long b) throws SystemCallException {
    return checked(attempt(a, b, 0, 0, 0, 0));
  }

  long invoke(long a, long b, long c) throws SystemCallException {
    return checked(attempt(a, b, c, 0, 0, 0));
  }

  long invoke(long a, long b, long c, long d) throws SystemCallException {
    return checked(attempt(a, b, c, d, 0, 0));
  }

  long invoke(long a, long b, long c, long d, long e) throws SystemCallException {
    return checked(attempt(a, b, c, d, e, 0));
  }

  long invoke(long a, long b, long c, long d, long e, long f) throws SystemCallException {
    return checked(attempt(a, b, c, d, e, f));
  }

  /** The result of a call whose second argument is a native buffer, or its errno negated. */
  long attemptOn(long a, MemorySegment b, long c, long d) {
    return Native.call(number, a, b, c, d, 0, 0);
  }

  long invokeOn(long a, MemorySegment b, long c, long d) throws SystemCallException {
    return checked(attemptOn(a, b, c, d));
  }

  private long checked(long result) throws SystemCallException {
    if (result < 0 && result >= -MAX_ERRNO) {
      throw new SystemCallException(manualName, (int) -result);
    }
    return result;
  }
}
