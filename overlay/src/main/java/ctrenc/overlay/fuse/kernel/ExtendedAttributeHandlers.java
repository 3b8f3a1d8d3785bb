package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireIn.GetxattrIn;
import ctrenc.overlay.fuse.kernel.WireIn.SetxattrIn;
import ctrenc.overlay.fuse.kernel.WireOut.GetxattrOut;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;

/** Gets, lists, sets and removes extended attributes. */
final class ExtendedAttributeHandlers {

  /** FUSE_SETXATTR_ACL_KILL_SGID. */
  private static final int KILL_SETGID = 1;

  private final FileSystem fileSystem;
  private final ImageFiles images;

  ExtendedAttributeHandlers(FileSystem fileSystem, ImageFiles images) {
    this.fileSystem = fileSystem;
    this.images = images;
  }

  void addTo(HandlerTable table) {
    table
        .add(
            Operation.GETXATTR,
            (request, reply) ->
                put(request, reply, fileSystem.getxattr(request.inode(), request.name(0))))
        .add(
            Operation.LISTXATTR,
            (request, reply) -> put(request, reply, fileSystem.listxattr(request.inode())))
        .add(Operation.SETXATTR, this::set)
        .add(Operation.REMOVEXATTR, this::remove);
  }

  /** A caller that offers no room asks how much it needs. */
  private static void put(Request request, Reply reply, byte[] value) throws ErrnoException {
    int room = request.argumentInt(GetxattrIn.SIZE);
    if (room == 0) {
      reply.begin(GetxattrOut.LENGTH);
      reply.putInt(GetxattrOut.SIZE, value.length);
    } else if (value.length > Math.min(Integer.toUnsignedLong(room), reply.capacity())) {
      throw new ErrnoException(Errno.ERANGE);
    } else {
      reply.put(value);
    }
  }

  /** The name, a NUL, the value. */
  private void set(Request request, Reply reply) throws ErrnoException {
    Name name = request.name(0);
    byte[] value = request.bytes(name.length() + 1L, request.argumentInt(SetxattrIn.SIZE));
    fileSystem.setxattr(
        request.caller(),
        request.inode(),
        name,
        value,
        request.argumentInt(SetxattrIn.FLAGS),
        (request.argumentInt(SetxattrIn.EXTRA_FLAGS) & KILL_SETGID) != 0);
    images.attributesChanged(request.node());
  }

  private void remove(Request request, Reply reply) throws ErrnoException {
    fileSystem.removexattr(request.caller(), request.inode(), request.name(0));
    images.attributesChanged(request.node());
  }
}
