package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireIn.LinkIn;
import ctrenc.overlay.fuse.kernel.WireIn.MkdirIn;
import ctrenc.overlay.fuse.kernel.WireIn.MknodIn;
import ctrenc.overlay.fuse.kernel.WireIn.Rename2In;
import ctrenc.overlay.fuse.kernel.WireIn.RenameIn;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;

/** Makes, removes and moves directory entries. */
final class EntryHandlers {

  private final FileSystem fileSystem;
  private final AttributeEncoder encoder;

  EntryHandlers(FileSystem fileSystem, AttributeEncoder encoder) {
    this.fileSystem = fileSystem;
    this.encoder = encoder;
  }

  void addTo(HandlerTable table) {
    table
        .add(Operation.MKNOD, this::mknod)
        .add(Operation.MKDIR, this::mkdir)
        .add(Operation.SYMLINK, this::symlink)
        .add(Operation.LINK, this::link)
        .add(
            Operation.UNLINK,
            (request, reply) ->
                fileSystem.unlink(request.caller(), request.inode(), request.entryName(0)))
        .add(
            Operation.RMDIR,
            (request, reply) ->
                fileSystem.rmdir(request.caller(), request.inode(), request.entryName(0)))
        .add(
            Operation.RENAME,
            (request, reply) -> rename(request, request.argumentInode(RenameIn.NEW_PARENT), 0))
        .add(
            Operation.RENAME2,
            (request, reply) ->
                rename(
                    request,
                    request.argumentInode(Rename2In.NEW_PARENT),
                    request.argumentInt(Rename2In.FLAGS)));
  }

  private void mknod(Request request, Reply reply) throws ErrnoException {
    Attributes made =
        fileSystem.mknod(
            request.caller(),
            request.inode(),
            request.entryName(0),
            request.argumentInt(MknodIn.MODE),
            request.argumentInt(MknodIn.UMASK),
            request.argumentInt(MknodIn.RDEV));
    encoder.putEntry(reply, made);
  }

  private void mkdir(Request request, Reply reply) throws ErrnoException {
    Attributes made =
        fileSystem.mkdir(
            request.caller(),
            request.inode(),
            request.entryName(0),
            request.argumentInt(MkdirIn.MODE),
            request.argumentInt(MkdirIn.UMASK));
    encoder.putEntry(reply, made);
  }

  /** The name, a NUL, the target, a NUL. */
  private void symlink(Request request, Reply reply) throws ErrnoException {
    Name name = request.entryName(0);
    byte[] target = request.string(name.length() + 1L);
    encoder.putEntry(reply, fileSystem.symlink(request.caller(), request.inode(), name, target));
  }

  /** The request is about the new name's directory. */
  private void link(Request request, Reply reply) throws ErrnoException {
    long inode = request.argumentInode(LinkIn.OLD_NODE);
    Caller caller = request.caller();
    encoder.putEntry(reply, fileSystem.link(caller, inode, request.inode(), request.entryName(0)));
  }

  /** The old name, a NUL, the new name, a NUL. */
  private void rename(Request request, long newParent, int flags) throws ErrnoException {
    Name name = request.entryName(0);
    Name newName = request.entryName(name.length() + 1L);
    fileSystem.rename(request.caller(), request.inode(), name, newParent, newName, flags);
  }
}
