package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.Passthrough;
import ctrenc.overlay.sys.BackingFiles;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ErrorNumber;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that the kernel reads by itself for one connection. It is used by threads that keep the
 * connection open.
 */
final class ConnectionBackingTable implements BackingTable {

  private static final Logger LOG = LoggerFactory.getLogger(ConnectionBackingTable.class);

  /** So many files may be open in the kernel for one mount; further ones are served. */
  private static final int MAX_FILES = 16_384;

  private final Descriptor device;
  private final Notifier notifier;
  private final Executor executor;
  private final AtomicInteger files = new AtomicInteger();
  private volatile Passthrough state = Passthrough.ACTIVE;

  /** {@code executor} sends what no thread that answers requests may send. */
  ConnectionBackingTable(Connection connection, Executor executor) {
    device = connection.device();
    notifier = new Notifier(connection);
    this.executor = executor;
  }

  @Override
  public int add(int descriptor) {
    if (state == Passthrough.UNPRIVILEGED) {
      return NONE;
    }
    if (files.incrementAndGet() > MAX_FILES) {
      files.decrementAndGet();
      return NONE;
    }
    long number = BackingFiles.open(device, descriptor);
    if (number > 0) {
      state = Passthrough.ACTIVE;
      return (int) number;
    }
    files.decrementAndGet();
    refused((int) -number);
    return NONE;
  }

  private void refused(int errno) {
    Passthrough now =
        errno == ErrorNumber.EPERM
            ? Passthrough.UNPRIVILEGED
            : errno == ErrorNumber.ELOOP ? Passthrough.STACKED : state;
    if (state != now || now == Passthrough.ACTIVE) {
      LOG.atDebug().addKeyValue("errno", errno).log("A file cannot be passed to the kernel");
    }
    state = now;
  }

  @Override
  public void remove(int number) {
    files.decrementAndGet();
    long result = BackingFiles.close(device, number);
    if (result < 0) {
      LOG.atWarn()
          .addKeyValue("errno", -result)
          .addKeyValue("number", number)
          .log("The kernel does not give a file back");
    }
  }

  @Override
  public void forgetAttributes(long node) {
    executor.execute(
        () -> {
          try {
            notifier.invalidateInode(node, -1, 0);
          } catch (IOException e) {
            LOG.atWarn()
                .addKeyValue("node", node)
                .setCause(e)
                .log("The kernel was not told that attributes changed");
          }
        });
  }

  @Override
  public Passthrough state() {
    return state;
  }
}
