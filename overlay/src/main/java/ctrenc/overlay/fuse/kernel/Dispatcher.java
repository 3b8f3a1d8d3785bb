package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/**
 * Finds the handler of a request and turns whatever comes of it into a reply. Knows no channel.
 * Thread-safe.
 *
 * <p>ENOSYS tells the kernel never to send an operation again on this connection, so it is answered
 * only to operations that this server does without; when a filesystem says it of one inode, the
 * caller gets EOPNOTSUPP.
 */
final class Dispatcher {

  private final FileSystem fileSystem;
  private final Handler[] handlers;
  private final ChangeGuard guard;
  private final Writers writers = new Writers();
  private final LongAdder[] served = new LongAdder[Operation.values().length];

  /** {@code kernelKeepsTimes} is true where the kernel gathers writes. */
  Dispatcher(
      FileSystem fileSystem, ChangeGuard guard, ImageFiles images, boolean kernelKeepsTimes) {
    this.fileSystem = fileSystem;
    this.guard = guard;
    AttributeEncoder encoder = new AttributeEncoder(fileSystem, images);
    HandlerTable table = new HandlerTable();
    new ReferenceHandlers(fileSystem, images, encoder).addTo(table);
    new AttributeHandlers(fileSystem, images, encoder).addTo(table);
    new EntryHandlers(fileSystem, encoder).addTo(table);
    new HandleHandlers(fileSystem, guard, writers, images, encoder).addTo(table);
    new DataHandlers(fileSystem, kernelKeepsTimes).addTo(table);
    new DirectoryHandlers(fileSystem, encoder).addTo(table);
    new ExtendedAttributeHandlers(fileSystem, images).addTo(table);
    new ControlHandlers().addTo(table);
    handlers = table.complete();
    Arrays.setAll(served, operation -> new LongAdder());
  }

  /** Carries out {@code request} and makes {@code reply} its answer. Never throws. */
  void dispatch(Request request, Reply reply) {
    reply.reset();
    Operation operation = request.operation();
    if (operation == null) {
      reply.fail(Errno.ENOSYS.code());
      return;
    }
    served[operation.ordinal()].increment();
    try {
      guard.check(operation.changes());
      handlers[operation.ordinal()].handle(request, reply);
    } catch (ErrnoException e) {
      reply.fail((e.errno() == Errno.ENOSYS ? Errno.EOPNOTSUPP : e.errno()).code());
    } catch (RuntimeException | Error bug) {
      // An Error too: whatever it is, the caller waits for an answer, and the other mounts go on.
      fail(request, reply, bug);
    }
  }

  /** Makes {@code reply} say that a bug of ours, here or on the way here, ended the request. */
  void fail(Request request, Reply reply, Throwable bug) {
    reply.fail(Errno.EIO.code());
    guard.fail(String.valueOf(request.operation()), request.inode(), bug);
  }

  /** An earlier process served this connection: which handles may write is not known. */
  void takeOver() {
    writers.forget();
  }

  /** True if the kernel keeps nothing of a directory. */
  boolean isVolatile(long inode) {
    return fileSystem.isVolatile(inode);
  }

  /** True if the kernel may hold bytes of an inode that it has not sent yet. */
  boolean mayBeDirty(long inode) {
    return writers.has(inode);
  }

  /** How many requests of an operation were carried out, those that failed included. */
  long served(Operation operation) {
    return served[operation.ordinal()].sum();
  }
}
