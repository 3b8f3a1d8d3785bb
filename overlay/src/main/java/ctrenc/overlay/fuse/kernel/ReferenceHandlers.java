package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireIn.BatchForgetIn;
import ctrenc.overlay.fuse.kernel.WireIn.ForgetIn;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;

/** Hands out references on inodes by name, and takes them back. */
final class ReferenceHandlers {

  private final FileSystem fileSystem;
  private final ImageFiles images;
  private final AttributeEncoder encoder;

  ReferenceHandlers(FileSystem fileSystem, ImageFiles images, AttributeEncoder encoder) {
    this.fileSystem = fileSystem;
    this.images = images;
    this.encoder = encoder;
  }

  void addTo(HandlerTable table) {
    table
        .add(Operation.LOOKUP, this::lookup)
        .add(Operation.FORGET, this::forget)
        .add(Operation.BATCH_FORGET, this::forgetBatch);
  }

  private void lookup(Request request, Reply reply) throws ErrnoException {
    Attributes found;
    try {
      found = fileSystem.lookup(request.caller(), request.inode(), request.name(0));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT || fileSystem.isVolatile(request.inode())) {
        throw e;
      }
      AttributeEncoder.putAbsent(reply);
      return;
    }
    encoder.putEntry(reply, found);
  }

  private void forget(Request request, Reply reply) {
    forget(request.node(), request.argumentLong(ForgetIn.COUNT));
  }

  private void forgetBatch(Request request, Reply reply) throws ErrnoException {
    int count = request.argumentInt(BatchForgetIn.COUNT);
    for (long i = 0; i < count; i++) {
      long one = i * BatchForgetIn.ONE_LENGTH;
      forget(
          request.dataLong(one + BatchForgetIn.ONE_NODE),
          request.dataLong(one + BatchForgetIn.ONE_COUNT));
    }
  }

  private void forget(long node, long count) {
    if (count > 0) {
      images.forget(node, count);
      fileSystem.forget(NodeId.inodeOf(node), count);
    }
  }
}
