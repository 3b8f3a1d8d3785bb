package ctrenc.overlay.fuse.jnr;

import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * The one {@code struct fuse_operations} by which libfuse calls the filesystems of all mounts: made
 * once, since functions made at run time are dear. Thread-safe.
 */
final class OperationTable {

  /** A field of {@code struct fuse_conn_info} of libfuse 2.9, and FUSE_CAP_DONT_MASK. */
  private static final long WANTED = 24;

  private static final int DO_NOT_MASK = 1 << 6;

  /** Bits behind bmap: files need no path (two bits), and times may be left as they are. */
  private static final int FLAGS = 1 | 1 << 1 | 1 << 2;

  private final Requests requests;
  private final FuseOperations layout;
  private final FunctionTable table;

  OperationTable(Requests requests, Runtime runtime) {
    this.requests = requests;
    layout = new FuseOperations(runtime);
    table = new FunctionTable(requests, runtime, size());
    table.memory().putInt(layout.bmap.offset() + Long.BYTES, FLAGS);
    table.set(layout.init, Callbacks.Start.class, this::start);
    new PathFunctions(layout, table).add();
    new FileFunctions(layout, table).add();
  }

  /** The structure, of {@link #size} bytes. */
  Pointer memory() {
    return table.memory();
  }

  int size() {
    return Struct.size(layout);
  }

  /** Permission bits shall come as asked for, and the umask apart: default ACLs replace it. */
  private Pointer start(Pointer connection) {
    connection.putInt(WANTED, connection.getInt(WANTED) | DO_NOT_MASK);
    return requests.owner();
  }
}
