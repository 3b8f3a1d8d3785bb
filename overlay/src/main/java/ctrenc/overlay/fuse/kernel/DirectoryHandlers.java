package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireIn.FsyncIn;
import ctrenc.overlay.fuse.kernel.WireIn.ReadIn;
import ctrenc.overlay.fuse.kernel.WireIn.ReleaseIn;
import ctrenc.overlay.fuse.kernel.WireOut.OpenOut;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.OpenFile;

/** Opens, lists, syncs and closes directories. */
final class DirectoryHandlers {

  /**
   * FOPEN_KEEP_CACHE and FOPEN_CACHE_DIR: the kernel may keep a listing, and what it kept is still
   * true.
   */
  private static final int KEEP_LISTING = 1 << 1 | 1 << 3;

  private final FileSystem fileSystem;
  private final AttributeEncoder encoder;

  DirectoryHandlers(FileSystem fileSystem, AttributeEncoder encoder) {
    this.fileSystem = fileSystem;
    this.encoder = encoder;
  }

  void addTo(HandlerTable table) {
    table
        .add(Operation.OPENDIR, this::opendir)
        .add(Operation.READDIR, (request, reply) -> list(request, reply, false))
        .add(Operation.READDIRPLUS, (request, reply) -> list(request, reply, true))
        .add(
            Operation.RELEASEDIR,
            (request, reply) ->
                fileSystem.releasedir(request.inode(), request.argumentLong(ReleaseIn.HANDLE)))
        .add(
            Operation.FSYNCDIR,
            (request, reply) ->
                fileSystem.fsyncdir(
                    request.inode(),
                    request.argumentLong(FsyncIn.HANDLE),
                    HandleHandlers.isDataOnly(request)));
  }

  private void opendir(Request request, Reply reply) throws ErrnoException {
    OpenFile opened = fileSystem.opendir(request.caller(), request.inode());
    reply.begin(OpenOut.LENGTH);
    reply.putLong(OpenOut.HANDLE, opened.handle());
    reply.putInt(OpenOut.FLAGS, opened.keepCache() ? KEEP_LISTING : 0);
  }

  private void list(Request request, Reply reply, boolean plus) throws ErrnoException {
    int size = request.argumentInt(ReadIn.SIZE);
    if (size < 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    int room = (int) Math.min(size, reply.capacity());
    fileSystem.readdir(
        request.inode(),
        request.argumentLong(ReadIn.HANDLE),
        request.argumentLong(ReadIn.OFFSET),
        plus,
        new DirectoryEncoder(encoder, reply, room, plus));
  }
}
