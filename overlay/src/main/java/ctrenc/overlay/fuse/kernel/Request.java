package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireIn.InHeader;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.Name;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One request, read in place from off-heap memory that the next request overwrites. It has three
 * parts, which may lie in one memory (/dev/fuse) or in three (io_uring): the header, the
 * operation's own structure (the argument), and what follows it (names or data). Used by one thread
 * at a time.
 */
final class Request {

  /**
   * Bit of the unique number that marks a request which was given to an earlier server already
   * (FUSE_UNIQUE_RESEND).
   */
  private static final long RESENT = 1L << 63;

  private static final int EXTENSION_UNIT = 8;

  private final MemorySegment header;
  private final MemorySegment argument;
  private final MemorySegment data;
  private final SliceCache slices;
  private final byte[] scratch = new byte[Name.MAX_LENGTH];
  private long dataStart;
  private long dataEnd;
  private @Nullable Operation operation;
  private Caller caller = Caller.ROOT;

  Request(MemorySegment header, MemorySegment argument, MemorySegment data) {
    this.header = header;
    this.argument = argument;
    this.data = data;
    slices = new SliceCache(data);
  }

  /**
   * A request whose three parts follow one another in {@code memory}, as /dev/fuse delivers them.
   */
  static Request inOneBuffer(MemorySegment memory) {
    return new Request(memory, memory.asSlice(InHeader.LENGTH), memory);
  }

  /**
   * Takes up a message of {@code length} bytes that lies in one buffer.
   *
   * @return false if it is cut short, so that its parts must not be read; {@link #unique} may be
   *     read if the header is whole
   */
  boolean acceptOneBuffer(long length) {
    if (length < InHeader.LENGTH) {
      return false;
    }
    operation = Operation.ofCode(opcode());
    int argumentLength = operation == null ? 0 : operation.argumentLength();
    return accept(InHeader.LENGTH + argumentLength, length);
  }

  /** Takes up a message whose parts lie apart; its names or data have {@code length} bytes. */
  boolean acceptParts(long length) {
    operation = Operation.ofCode(opcode());
    return accept(0, length);
  }

  /**
   * Takes up a message whose names or data lie between two offsets of the data part; false if these
   * cannot be.
   */
  private boolean accept(long start, long end) {
    long extensions =
        (long) (header.get(ValueLayout.JAVA_SHORT, InHeader.EXTENSIONS) & 0xffff) * EXTENSION_UNIT;
    dataStart = start;
    dataEnd = end - extensions;
    return dataEnd >= dataStart;
  }

  /**
   * A copy in memory of its own, for an operation that is carried out later; only of one without
   * much data.
   */
  Request detach() {
    long length = dataEnd - dataStart;
    MemorySegment memory =
        Arena.ofAuto().allocate(InHeader.LENGTH + Operation.MAX_ARGUMENT + length, Long.BYTES);
    Request copy =
        new Request(
            memory.asSlice(0, InHeader.LENGTH),
            memory.asSlice(InHeader.LENGTH, Operation.MAX_ARGUMENT),
            memory.asSlice(InHeader.LENGTH + Operation.MAX_ARGUMENT));
    int argumentLength = operation == null ? 0 : operation.argumentLength();
    MemorySegment.copy(header, 0, copy.header, 0, InHeader.LENGTH);
    MemorySegment.copy(argument, 0, copy.argument, 0, argumentLength);
    MemorySegment.copy(data, dataStart, copy.data, 0, length);
    copy.operation = operation;
    copy.dataEnd = length;
    return copy;
  }

  /** Erases the last name that passed through. */
  void forgetName() {
    Arrays.fill(scratch, (byte) 0);
  }

  int opcode() {
    return header.get(ValueLayout.JAVA_INT, InHeader.OPCODE);
  }

  /** The operation, or null if this server does not know the {@link #opcode}. */
  @Nullable Operation operation() {
    return operation;
  }

  /** The number a reply must carry. */
  long unique() {
    return header.get(ValueLayout.JAVA_LONG, InHeader.UNIQUE);
  }

  /** The kernel's node that the request is about. */
  long node() {
    return header.get(ValueLayout.JAVA_LONG, InHeader.NODE);
  }

  /** The inode of this node. */
  long inode() {
    return NodeId.inodeOf(node());
  }

  int pid() {
    return header.get(ValueLayout.JAVA_INT, InHeader.PID);
  }

  /** Who asks; consecutive requests of one caller share an object. */
  Caller caller() {
    int uid = header.get(ValueLayout.JAVA_INT, InHeader.UID);
    int gid = header.get(ValueLayout.JAVA_INT, InHeader.GID);
    boolean resent = (unique() & RESENT) != 0;
    Caller last = caller;
    if (last.uid() != uid || last.gid() != gid || last.pid() != pid() || last.resent() != resent) {
      last = new Caller(uid, gid, pid(), resent);
      caller = last;
    }
    return last;
  }

  /** A 32-bit field of the argument. */
  int argumentInt(int offset) {
    return argument.get(ValueLayout.JAVA_INT, offset);
  }

  /** A 64-bit field of the argument. */
  long argumentLong(int offset) {
    return argument.get(ValueLayout.JAVA_LONG, offset);
  }

  /** The inode of a node that the argument names. */
  long argumentInode(int offset) {
    return NodeId.inodeOf(argumentLong(offset));
  }

  /** The filesystem's number of a handle that the argument names. */
  long argumentHandle(int offset) {
    return HandleId.handleOf(argumentLong(offset));
  }

  /** Bytes of names or data. */
  long dataLength() {
    return dataEnd - dataStart;
  }

  /** A 64-bit field of the data. */
  long dataLong(long offset) throws ErrnoException {
    if (offset < 0 || offset + Long.BYTES > dataLength()) {
      throw new ErrnoException(Errno.EINVAL);
    }
    return data.get(ValueLayout.JAVA_LONG_UNALIGNED, dataStart + offset);
  }

  /** The first {@code length} bytes of the data, in place. */
  MemorySegment data(long length) throws ErrnoException {
    if (length < 0 || length > dataLength()) {
      throw new ErrnoException(Errno.EINVAL);
    }
    return slices.slice(dataStart, length);
  }

  /** Checks a range of a file; neither its two numbers nor its end may be negative. */
  static void checkRange(long offset, long length) throws ErrnoException {
    if (offset < 0 || length < 0 || offset + length < 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
  }

  /** {@link #name} of a directory entry that is made, removed or moved. */
  Name entryName(long offset) throws ErrnoException {
    Name name = name(offset);
    if (!name.isForEntry()) {
      throw new ErrnoException(Errno.EINVAL);
    }
    return name;
  }

  /**
   * The name at an offset of the data, which ends with a NUL; the next thing lies one byte after
   * it.
   */
  Name name(long offset) throws ErrnoException {
    int length = lengthOfString(offset);
    if (length == 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    if (length > Name.MAX_LENGTH) {
      throw new ErrnoException(Errno.ENAMETOOLONG);
    }
    MemorySegment.copy(data, ValueLayout.JAVA_BYTE, dataStart + offset, scratch, 0, length);
    return Name.copyOf(scratch, 0, length);
  }

  /** A string of any length at an offset of the data, without its NUL. */
  byte[] string(long offset) throws ErrnoException {
    return bytes(offset, lengthOfString(offset));
  }

  /** A copy of some of the data. */
  byte[] bytes(long offset, long length) throws ErrnoException {
    if (offset < 0 || length < 0 || offset + length > dataLength()) {
      throw new ErrnoException(Errno.EINVAL);
    }
    return data.asSlice(dataStart + offset, length).toArray(ValueLayout.JAVA_BYTE);
  }

  private int lengthOfString(long offset) throws ErrnoException {
    long from = dataStart + offset;
    for (long at = from; at < dataEnd; at++) {
      if (data.get(ValueLayout.JAVA_BYTE, at) == 0) {
        return (int) (at - from);
      }
    }
    throw new ErrnoException(Errno.EINVAL);
  }
}
