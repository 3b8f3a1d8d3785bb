package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.fuse.jnr.OpenHandles.Opened;
import ctrenc.overlay.fuse.kernel.ChangeGuard;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.CreatedFile;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import java.lang.foreign.MemorySegment;
import jnr.ffi.Pointer;
import ru.serce.jnrfuse.struct.FuseFileInfo;

/** Opens files, and what is done with open ones. Thread-safe. */
final class FileCalls {

  private final FileSystem fileSystem;
  private final Paths paths;
  private final OpenHandles handles;
  private final HiddenFiles hidden;
  private final KernelNodes nodes;
  private final ChangeGuard guard;

  FileCalls(
      FileSystem fileSystem,
      Paths paths,
      OpenHandles handles,
      HiddenFiles hidden,
      KernelNodes nodes,
      ChangeGuard guard) {
    this.fileSystem = fileSystem;
    this.paths = paths;
    this.handles = handles;
    this.hidden = hidden;
    this.nodes = nodes;
    this.guard = guard;
  }

  int open(Caller caller, Pointer path, Pointer file) throws ErrnoException {
    int flags = FuseFileInfo.of(file).flags.get();
    guard.checkOpen(flags);
    try (Found found = paths.find(path)) {
      nodes.learn(found.inode());
      handles.add(file, found.inode(), fileSystem.open(caller, found.inode(), flags).handle());
    }
    return 0;
  }

  int create(Asker asker, Pointer path, int mode, Pointer file) throws ErrnoException {
    int flags = FuseFileInfo.of(file).flags.get();
    try (Place place = paths.place(path)) {
      CreatedFile made =
          fileSystem.create(
              asker.caller(), place.parent(), place.name(), mode, asker.umask(), flags);
      handles.add(file, made.attributes().inode(), made.file().handle());
      fileSystem.forget(made.attributes().inode(), 1);
    }
    return 0;
  }

  int read(Pointer buffer, long size, long offset, Pointer file) throws ErrnoException {
    Opened opened = handles.of(file);
    checkRange(offset, size);
    nodes.learn(opened.inode());
    return fileSystem.read(opened.inode(), opened.handle(), offset, memory(buffer, size));
  }

  /** The kernel has cleared set-ID bits and capabilities by itself before. */
  int write(Pointer buffer, long size, long offset, Pointer file) throws ErrnoException {
    Opened opened = handles.of(file);
    checkRange(offset, size);
    nodes.learn(opened.inode());
    return fileSystem.write(opened.inode(), opened.handle(), offset, memory(buffer, size), false);
  }

  int flush(Pointer file) throws ErrnoException {
    Opened opened = handles.of(file);
    fileSystem.flush(opened.inode(), opened.handle());
    return 0;
  }

  int release(Pointer file) throws ErrnoException {
    Opened opened = handles.remove(file);
    fileSystem.release(opened.inode(), opened.handle());
    if (!handles.isOpen(opened.inode())) {
      hidden.forget(opened.inode());
    }
    return 0;
  }

  int sync(int dataOnly, Pointer file) throws ErrnoException {
    Opened opened = handles.of(file);
    fileSystem.fsync(opened.inode(), opened.handle(), dataOnly != 0);
    return 0;
  }

  int allocate(int mode, long offset, long length, Pointer file) throws ErrnoException {
    Opened opened = handles.of(file);
    checkRange(offset, length);
    fileSystem.fallocate(opened.inode(), opened.handle(), offset, length, mode);
    return 0;
  }

  private static void checkRange(long offset, long length) throws ErrnoException {
    if (offset < 0 || length < 0 || offset + length < 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
  }

  private static MemorySegment memory(Pointer buffer, long size) {
    return MemorySegment.ofAddress(buffer.address()).reinterpret(size);
  }
}
