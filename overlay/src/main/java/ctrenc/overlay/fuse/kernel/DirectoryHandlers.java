package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireIn.ReadIn;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;

/** Lists and syncs directories. */
final class DirectoryHandlers {

  private final FileSystem fileSystem;
  private final AttributeEncoder encoder;

  DirectoryHandlers(FileSystem fileSystem, AttributeEncoder encoder) {
    this.fileSystem = fileSystem;
    this.encoder = encoder;
  }

  void addTo(HandlerTable table) {
    table
        .add(Operation.OPENDIR, DirectoryHandlers::refuse)
        .add(Operation.RELEASEDIR, DirectoryHandlers::refuse)
        .add(Operation.READDIR, (request, reply) -> list(request, reply, false))
        .add(Operation.READDIRPLUS, (request, reply) -> list(request, reply, true))
        .add(
            Operation.FSYNCDIR,
            (request, reply) ->
                fileSystem.fsyncdir(request.inode(), HandleHandlers.isDataOnly(request)));
  }

  /**
   * Directories are not opened. The kernel is told so once, asks no more, and keeps listings until
   * something changes in them, since they change through it alone.
   */
  private static void refuse(Request request, Reply reply) {
    reply.fail(Errno.ENOSYS.code());
  }

  private void list(Request request, Reply reply, boolean plus) throws ErrnoException {
    int size = request.argumentInt(ReadIn.SIZE);
    if (size < 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    int room = (int) Math.min(size, reply.capacity());
    fileSystem.readdir(
        request.inode(),
        request.argumentLong(ReadIn.OFFSET),
        plus,
        new DirectoryEncoder(encoder, reply, room, plus));
  }
}
