package ctrenc.overlay.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What statfs(2) says of a filesystem; blocks have {@code fragmentSize} bytes. */
public record FileSystemStatus(
    long type,
    long blockSize,
    long fragmentSize,
    long blocks,
    long freeBlocks,
    long availableBlocks,
    long files,
    long freeFiles,
    long nameLength,
    long flags) {

  /** The type of a FUSE filesystem (linux/magic.h). */
  public static final long FUSE = 0x65735546;

  /** The type of the filesystem that controls FUSE connections. */
  public static final long FUSE_CONTROL = 0x65735543;

  public static FileSystemStatus of(Descriptor file) throws SystemCallException {
    MemorySegment statfs = Scratch.ofThread().struct();
    SystemCall.FSTATFS.invoke(file.number(), statfs.address());
    return decode(statfs);
  }

  public static FileSystemStatus of(byte[] path) throws SystemCallException {
    Scratch scratch = Scratch.ofThread();
    MemorySegment statfs = scratch.struct();
    SystemCall.STATFS.invoke(scratch.path("statfs", path), statfs.address());
    return decode(statfs);
  }

  /** Offsets of struct statfs in asm-generic/statfs.h, 64 bit. */
  private static FileSystemStatus decode(MemorySegment statfs) {
    return new FileSystemStatus(
        word(statfs, 0),
        word(statfs, 8),
        word(statfs, 72),
        word(statfs, 16),
        word(statfs, 24),
        word(statfs, 32),
        word(statfs, 40),
        word(statfs, 48),
        word(statfs, 64),
        word(statfs, 80));
  }

  private static long word(MemorySegment statfs, long offset) {
    return statfs.get(ValueLayout.JAVA_LONG, offset);
  }
}
