package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireIn.CopyFileRangeIn;
import ctrenc.overlay.fuse.kernel.WireIn.FallocateIn;
import ctrenc.overlay.fuse.kernel.WireIn.LseekIn;
import ctrenc.overlay.fuse.kernel.WireIn.ReadIn;
import ctrenc.overlay.fuse.kernel.WireIn.WriteIn;
import ctrenc.overlay.fuse.kernel.WireOut.CopyFileRangeOut;
import ctrenc.overlay.fuse.kernel.WireOut.LseekOut;
import ctrenc.overlay.fuse.kernel.WireOut.WriteOut;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import java.lang.foreign.MemorySegment;

/** Reads, writes, copies and shapes the bytes of files. */
final class DataHandlers {

  /** FUSE_WRITE_CACHE. */
  private static final int FROM_CACHE = 1;

  /** FUSE_WRITE_KILL_SUIDGID. */
  private static final int KILL_PRIVILEGES = 1 << 2;

  /** The 32-bit reply of the older copy cannot say more. */
  private static final long MAX_OLD_COPY = 1 << 30;

  private final FileSystem fileSystem;
  private final boolean kernelKeepsTimes;

  /** {@code kernelKeepsTimes} is true where the kernel gathers writes. */
  DataHandlers(FileSystem fileSystem, boolean kernelKeepsTimes) {
    this.fileSystem = fileSystem;
    this.kernelKeepsTimes = kernelKeepsTimes;
  }

  void addTo(HandlerTable table) {
    table
        .add(Operation.READ, this::read)
        .add(Operation.WRITE, this::write)
        .add(Operation.FALLOCATE, this::fallocate)
        .add(Operation.LSEEK, this::lseek)
        .add(Operation.COPY_FILE_RANGE, this::copyOld)
        .add(Operation.COPY_FILE_RANGE_64, this::copy);
  }

  private void read(Request request, Reply reply) throws ErrnoException {
    int size = request.argumentInt(ReadIn.SIZE);
    if (size > reply.capacity()) {
      throw new ErrnoException(Errno.EINVAL);
    }
    Request.checkRange(request.argumentLong(ReadIn.OFFSET), size);
    int count =
        fileSystem.read(
            request.inode(),
            request.argumentHandle(ReadIn.HANDLE),
            request.argumentLong(ReadIn.OFFSET),
            reply.target(size));
    reply.setLength(count);
  }

  private void write(Request request, Reply reply) throws ErrnoException {
    MemorySegment source = request.data(Integer.toUnsignedLong(request.argumentInt(WriteIn.SIZE)));
    int flags = request.argumentInt(WriteIn.FLAGS);
    long inode = request.inode();
    long handle = request.argumentHandle(WriteIn.HANDLE);
    long offset = request.argumentLong(WriteIn.OFFSET);
    boolean killPrivileges = (flags & KILL_PRIVILEGES) != 0;
    Request.checkRange(offset, source.byteSize());
    int count =
        kernelKeepsTimes && (flags & FROM_CACHE) != 0
            ? fileSystem.writeBack(inode, handle, offset, source, killPrivileges)
            : fileSystem.write(inode, handle, offset, source, killPrivileges);
    reply.begin(WriteOut.LENGTH);
    reply.putInt(WriteOut.SIZE, count);
  }

  private void fallocate(Request request, Reply reply) throws ErrnoException {
    checkRange(request, FallocateIn.OFFSET, FallocateIn.SIZE);
    fileSystem.fallocate(
        request.inode(),
        request.argumentHandle(FallocateIn.HANDLE),
        request.argumentLong(FallocateIn.OFFSET),
        request.argumentLong(FallocateIn.SIZE),
        request.argumentInt(FallocateIn.MODE));
  }

  private void lseek(Request request, Reply reply) throws ErrnoException {
    Request.checkRange(request.argumentLong(LseekIn.OFFSET), 0);
    long found =
        fileSystem.lseek(
            request.inode(),
            request.argumentHandle(LseekIn.HANDLE),
            request.argumentLong(LseekIn.OFFSET),
            request.argumentInt(LseekIn.WHENCE));
    reply.begin(LseekOut.LENGTH);
    reply.putLong(LseekOut.OFFSET, found);
  }

  private void copyOld(Request request, Reply reply) throws ErrnoException {
    long copied =
        copyRange(request, Math.min(MAX_OLD_COPY, request.argumentLong(CopyFileRangeIn.SIZE)));
    reply.begin(WriteOut.LENGTH);
    reply.putInt(WriteOut.SIZE, (int) copied);
  }

  private void copy(Request request, Reply reply) throws ErrnoException {
    long copied = copyRange(request, request.argumentLong(CopyFileRangeIn.SIZE));
    reply.begin(CopyFileRangeOut.LENGTH);
    reply.putLong(CopyFileRangeOut.COPIED, copied);
  }

  private long copyRange(Request request, long length) throws ErrnoException {
    checkRange(request, CopyFileRangeIn.OFFSET, CopyFileRangeIn.SIZE);
    checkRange(request, CopyFileRangeIn.TO_OFFSET, CopyFileRangeIn.SIZE);
    return fileSystem.copyFileRange(
        request.inode(),
        request.argumentHandle(CopyFileRangeIn.HANDLE),
        request.argumentLong(CopyFileRangeIn.OFFSET),
        request.argumentInode(CopyFileRangeIn.TO_NODE),
        request.argumentHandle(CopyFileRangeIn.TO_HANDLE),
        request.argumentLong(CopyFileRangeIn.TO_OFFSET),
        length);
  }

  /** Checks the range of a file that two fields of the argument give. */
  private static void checkRange(Request request, int offsetField, int lengthField)
      throws ErrnoException {
    Request.checkRange(request.argumentLong(offsetField), request.argumentLong(lengthField));
  }
}
