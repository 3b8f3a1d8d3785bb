package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireIn.CreateIn;
import ctrenc.overlay.fuse.kernel.WireIn.FlushIn;
import ctrenc.overlay.fuse.kernel.WireIn.FsyncIn;
import ctrenc.overlay.fuse.kernel.WireIn.OpenIn;
import ctrenc.overlay.fuse.kernel.WireIn.ReleaseIn;
import ctrenc.overlay.fuse.kernel.WireOut.EntryOut;
import ctrenc.overlay.fuse.kernel.WireOut.OpenOut;
import ctrenc.overlay.vfs.CreatedFile;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.OpenFile;

/** Opens, creates, flushes, syncs and closes files. */
final class HandleHandlers {

  /** FOPEN_KEEP_CACHE: pages that the kernel holds of the inode are still true. */
  private static final int KEEP_CACHE = 1 << 1;

  private static final int FSYNC_DATA_ONLY = 1;

  private final FileSystem fileSystem;
  private final ChangeGuard guard;
  private final Writers writers;

  HandleHandlers(FileSystem fileSystem, ChangeGuard guard, Writers writers) {
    this.fileSystem = fileSystem;
    this.guard = guard;
    this.writers = writers;
  }

  void addTo(HandlerTable table) {
    table
        .add(Operation.OPEN, this::open)
        .add(Operation.CREATE, this::create)
        .add(Operation.TMPFILE, this::makeTemporary)
        .add(
            Operation.FLUSH,
            (request, reply) ->
                fileSystem.flush(request.inode(), request.argumentLong(FlushIn.HANDLE)))
        .add(Operation.RELEASE, this::release)
        .add(
            Operation.FSYNC,
            (request, reply) ->
                fileSystem.fsync(
                    request.inode(), request.argumentLong(FsyncIn.HANDLE), isDataOnly(request)))
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
    reply.begin(OpenOut.LENGTH);
    putOpen(reply, 0, fileSystem.open(request.caller(), request.inode(), flags));
    writers.opened(request.inode(), flags);
  }

  private void release(Request request, Reply reply) {
    writers.released(request.inode(), request.argumentInt(ReleaseIn.FLAGS));
    fileSystem.release(request.inode(), request.argumentLong(ReleaseIn.HANDLE));
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
    AttributeEncoder.putEntry(reply, created.attributes());
    int start = reply.append(OpenOut.LENGTH);
    assert start == EntryOut.LENGTH : "an open structure follows the entry";
    putOpen(reply, start, created.file());
    writers.opened(created.attributes().inode(), request.argumentInt(CreateIn.FLAGS));
  }

  private static void putOpen(Reply reply, int start, OpenFile file) {
    reply.putLong(start + OpenOut.HANDLE, file.handle());
    reply.putInt(start + OpenOut.FLAGS, file.keepCache() ? KEEP_CACHE : 0);
  }
}
