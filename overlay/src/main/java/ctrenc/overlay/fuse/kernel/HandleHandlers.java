package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireIn.CreateIn;
import ctrenc.overlay.fuse.kernel.WireIn.FlushIn;
import ctrenc.overlay.fuse.kernel.WireIn.FsyncIn;
import ctrenc.overlay.fuse.kernel.WireIn.OpenIn;
import ctrenc.overlay.fuse.kernel.WireIn.ReleaseIn;
import ctrenc.overlay.fuse.kernel.WireOut.EntryOut;
import ctrenc.overlay.fuse.kernel.WireOut.OpenOut;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.vfs.CreatedFile;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.OpenFile;

/** Opens, creates, flushes, syncs and closes files. */
final class HandleHandlers {

  /** FOPEN_DIRECT_IO. */
  private static final int DIRECT = 1;

  /** FOPEN_KEEP_CACHE: pages that the kernel holds of the inode are still true. */
  private static final int KEEP_CACHE = 1 << 1;

  /**
   * FOPEN_NOFLUSH: close(2) of this handle need not be told. Where the kernel gathers writes it is
   * told all the same.
   */
  private static final int NO_FLUSH = 1 << 5;

  /** FOPEN_PASSTHROUGH, which goes with no {@link #KEEP_CACHE}. */
  private static final int PASSTHROUGH = 1 << 7;

  private static final int FSYNC_DATA_ONLY = 1;

  private final FileSystem fileSystem;
  private final ChangeGuard guard;
  private final Writers writers;
  private final ImageFiles images;
  private final AttributeEncoder encoder;

  HandleHandlers(
      FileSystem fileSystem,
      ChangeGuard guard,
      Writers writers,
      ImageFiles images,
      AttributeEncoder encoder) {
    this.fileSystem = fileSystem;
    this.guard = guard;
    this.writers = writers;
    this.images = images;
    this.encoder = encoder;
  }

  void addTo(HandlerTable table) {
    table
        .add(Operation.OPEN, this::open)
        .add(Operation.CREATE, this::create)
        .add(Operation.TMPFILE, this::makeTemporary)
        .add(
            Operation.FLUSH,
            (request, reply) ->
                fileSystem.flush(request.inode(), request.argumentHandle(FlushIn.HANDLE)))
        .add(Operation.RELEASE, this::release)
        .add(
            Operation.FSYNC,
            (request, reply) ->
                fileSystem.fsync(
                    request.inode(), request.argumentHandle(FsyncIn.HANDLE), isDataOnly(request)))
        .add(Operation.SYNCFS, (request, reply) -> fileSystem.sync())
        .add(Operation.DESTROY, (request, reply) -> fileSystem.sync());
  }

  /** True for the flag of fdatasync(2), for files and directories alike. */
  static boolean isDataOnly(Request request) {
    return (request.argumentInt(FsyncIn.FLAGS) & FSYNC_DATA_ONLY) != 0;
  }

  private void open(Request request, Reply reply) throws ErrnoException {
    int flags = request.argumentInt(OpenIn.FLAGS);
    guard.checkOpen(flags);
    int backing = images.open(request.node(), flags);
    OpenFile opened;
    try {
      opened = fileSystem.open(request.caller(), request.inode(), flags);
    } catch (ErrnoException | RuntimeException | Error e) {
      images.release(request.node(), backing != BackingTable.NONE);
      throw e;
    }
    images.opened(request.node(), opened.handle(), backing != BackingTable.NONE);
    reply.begin(OpenOut.LENGTH);
    if (backing == BackingTable.NONE) {
      putServed(reply, 0, opened, flags);
    } else {
      putPassed(reply, opened, backing);
    }
    writers.opened(request.inode(), flags);
  }

  private void release(Request request, Reply reply) {
    writers.released(request.inode(), request.argumentInt(ReleaseIn.FLAGS));
    long handle = request.argumentLong(ReleaseIn.HANDLE);
    // Asked for the second time, after a process that did not live to answer, it may be done.
    boolean isOpen = images.isOpen(HandleId.handleOf(handle));
    fileSystem.release(request.inode(), HandleId.handleOf(handle));
    if (isOpen) {
      images.release(request.node(), HandleId.isPassed(handle));
    }
  }

  private void create(Request request, Reply reply) throws ErrnoException {
    CreatedFile created =
        fileSystem.create(
            request.caller(),
            request.inode(),
            request.entryName(0),
            request.argumentInt(CreateIn.MODE),
            request.argumentInt(CreateIn.UMASK),
            request.argumentInt(CreateIn.FLAGS));
    putCreated(request, reply, created);
  }

  /** The request carries a name as well, which means nothing. */
  private void makeTemporary(Request request, Reply reply) throws ErrnoException {
    CreatedFile created =
        fileSystem.tmpfile(
            request.caller(),
            request.inode(),
            request.argumentInt(CreateIn.MODE),
            request.argumentInt(CreateIn.UMASK),
            request.argumentInt(CreateIn.FLAGS));
    putCreated(request, reply, created);
  }

  private void putCreated(Request request, Reply reply, CreatedFile created) {
    encoder.putEntry(reply, created.attributes());
    int start = reply.append(OpenOut.LENGTH);
    assert start == EntryOut.LENGTH : "an open structure follows the entry";
    int flags = request.argumentInt(CreateIn.FLAGS);
    putServed(reply, start, created.file(), flags);
    writers.opened(created.attributes().inode(), flags);
  }

  private static void putServed(Reply reply, int start, OpenFile file, int flags) {
    int keepCache = file.keepCache() ? KEEP_CACHE : 0;
    int noFlush = (flags & OpenFlag.ACCESS_MODE) == OpenFlag.READ_ONLY ? NO_FLUSH : 0;
    reply.putLong(start + OpenOut.HANDLE, file.handle());
    int direct = file.direct() ? DIRECT : 0;
    reply.putInt(start + OpenOut.FLAGS, keepCache | noFlush | direct);
  }

  private static void putPassed(Reply reply, OpenFile file, int backing) {
    reply.putLong(OpenOut.HANDLE, HandleId.passed(file.handle()));
    reply.putInt(OpenOut.FLAGS, PASSTHROUGH | NO_FLUSH);
    reply.putInt(OpenOut.BACKING_ID, backing);
  }
}
