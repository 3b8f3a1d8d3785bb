package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.DirectorySink;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.nio.ByteBuffer;
import jnr.ffi.Pointer;
import jnr.ffi.Struct;
import jnr.ffi.provider.jffi.ClosureHelper;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.struct.FileStat;

/** Lists directories. An open one holds a reference of its inode. Thread-safe. */
final class DirectoryCalls {

  private final FileSystem fileSystem;
  private final Paths paths;
  private final OpenHandles handles;
  private final KernelNodes nodes;

  DirectoryCalls(FileSystem fileSystem, Paths paths, OpenHandles handles, KernelNodes nodes) {
    this.fileSystem = fileSystem;
    this.paths = paths;
    this.handles = handles;
    this.nodes = nodes;
  }

  int open(Pointer path, Pointer file) throws ErrnoException {
    Found found = paths.find(path);
    if (!found.attributes().isDirectory()) {
      found.close();
      throw new ErrnoException(Errno.ENOTDIR);
    }
    nodes.learn(found.inode());
    handles.add(file, found.inode(), 0);
    return 0;
  }

  int list(Pointer buffer, Pointer filler, long cookie, Pointer file) throws ErrnoException {
    long inode = handles.of(file).inode();
    fileSystem.readdir(inode, cookie, false, new Filling(buffer, filler));
    return 0;
  }

  int release(Pointer file) throws ErrnoException {
    new Reference(fileSystem, handles.remove(file).inode()).close();
    return 0;
  }

  int sync(int dataOnly, Pointer file) throws ErrnoException {
    fileSystem.fsyncdir(handles.of(file).inode(), dataOnly != 0);
    return 0;
  }

  /** Hands entries to libfuse, whose function answers 1 when it has no more room. */
  private static final class Filling implements DirectorySink {

    private final Pointer buffer;
    private final FuseFillDir filler;
    private final FileStat stat;
    private final Pointer memory;

    /** A name and its NUL. */
    private final ByteBuffer text = ByteBuffer.allocateDirect(Name.MAX_LENGTH + 1);

    Filling(Pointer buffer, Pointer filler) {
      this.buffer = buffer;
      ClosureHelper closures = ClosureHelper.getInstance();
      this.filler =
          closures
              .getNativeConveter(FuseFillDir.class)
              .fromNative(filler, closures.getFromNativeContext());
      stat = new FileStat(buffer.getRuntime());
      memory = buffer.getRuntime().getMemoryManager().allocateDirect(Struct.size(stat), true);
      stat.useMemory(memory);
    }

    @Override
    public boolean accept(Name name, long inode, int type, long cookie) {
      text.clear().put(name.bytes()).put((byte) 0).flip();
      Stats.put(stat, inode, type);
      return filler.apply(buffer, text, memory, cookie) == 0;
    }

    @Override
    public boolean accept(Name name, Attributes attributes, long cookie) {
      throw new IllegalStateException("a listing without attributes was asked for");
    }
  }
}
