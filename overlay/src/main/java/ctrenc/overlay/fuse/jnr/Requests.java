package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import ru.serce.jnrfuse.struct.FuseContext;

/**
 * Finds the filesystem that a request of libfuse is for, by the number that the request's context
 * carries, and turns whatever comes of it into an answer. Thread-safe.
 */
final class Requests {

  private final FuseLibrary library;
  private final Runtime runtime;
  private final Map<Long, PathFileSystem> mounts = new ConcurrentHashMap<>();
  private final AtomicLong last = new AtomicLong();

  Requests(FuseLibrary library, Runtime runtime) {
    this.library = library;
    this.runtime = runtime;
  }

  /** What a request asks of its mount's filesystem. */
  @FunctionalInterface
  interface Call {
    int on(PathFileSystem mount, Asker asker) throws ErrnoException;
  }

  /** The number that contexts of this filesystem's requests are to carry. */
  Pointer register(PathFileSystem fileSystem) {
    long number = last.incrementAndGet();
    mounts.put(number, fileSystem);
    return Pointer.wrap(runtime, number);
  }

  void remove(Pointer number) {
    mounts.remove(number.address());
  }

  /** The number that the context of this thread's request carries. */
  Pointer owner() {
    return FuseContext.of(library.context()).private_data.get();
  }

  /**
   * Whatever happens, libfuse gets an answer. ENOSYS would tell the kernel never to ask again, so a
   * filesystem's own becomes EOPNOTSUPP.
   */
  int answer(String operation, boolean changes, Call call) {
    FuseContext context = FuseContext.of(library.context());
    PathFileSystem mount = mounts.get(context.private_data.get().address());
    if (mount == null) {
      return -Errno.ENODEV.code();
    }
    try {
      mount.guard().check(changes);
      return call.on(mount, asker(context));
    } catch (ErrnoException e) {
      return -(e.errno() == Errno.ENOSYS ? Errno.EOPNOTSUPP : e.errno()).code();
    } catch (RuntimeException | Error bug) {
      mount.guard().fail(operation, mount.nodes().node(), bug);
      return -Errno.EIO.code();
    }
  }

  private static Asker asker(FuseContext context) {
    Caller caller =
        new Caller(context.uid.intValue(), context.gid.intValue(), context.pid.intValue(), false);
    return new Asker(caller, context.umask.intValue());
  }
}
