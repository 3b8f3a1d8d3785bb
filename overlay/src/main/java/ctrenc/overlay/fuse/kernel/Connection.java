package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Stream;
import ctrenc.overlay.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The descriptors of one FUSE connection: the one it was mounted by, and clones of it, so that
 * threads do not share a queue of requests in work. None of them blocks. They are closed when the
 * last user lets go: a number must not be given to another file while somebody may still write a
 * reply to it. Thread-safe.
 */
final class Connection {

  static final Path DEVICE = Path.of("/dev/fuse");

  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  /** FUSE_DEV_IOC_CLONE. */
  private static final long CLONE = 0x8004e500L;

  private final Descriptor device;
  private final List<Descriptor> clones = new ArrayList<>();
  private int users = 1;

  private Connection(Descriptor device) {
    this.device = device;
  }

  /** A new connection, not mounted yet, that has one user: the caller. */
  static Connection open() throws SystemCallException {
    return new Connection(FileOpener.open(DEVICE, OpenFlag.READ_WRITE | OpenFlag.NON_BLOCKING));
  }

  /** The connection of a mount that an earlier process made; takes its descriptors over. */
  static Connection adopt(List<Descriptor> descriptors) {
    Connection connection = new Connection(descriptors.getFirst());
    connection.clones.addAll(descriptors.subList(1, descriptors.size()));
    return connection;
  }

  /** The one that is mounted, then its clones. */
  synchronized List<Descriptor> descriptors() {
    List<Descriptor> all = new ArrayList<>(List.of(device));
    all.addAll(clones);
    return all;
  }

  /** The descriptor that is mounted, and on which notifications are sent. */
  Descriptor device() {
    return device;
  }

  /** One more descriptor of this connection, which must be mounted. */
  synchronized Descriptor addClone() throws SystemCallException {
    Descriptor clone = FileOpener.open(DEVICE, OpenFlag.READ_WRITE | OpenFlag.NON_BLOCKING);
    clones.add(clone);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment original = arena.allocateFrom(ValueLayout.JAVA_INT, device.number());
      Stream.check("ioctl", Stream.control(clone, CLONE, original.address()));
    }
    return clone;
  }

  /** Adds a user; false if the descriptors are closed already. */
  synchronized boolean retain() {
    if (users == 0) {
      return false;
    }
    users++;
    return true;
  }

  /** Takes a user away; the last one closes the descriptors. */
  synchronized void release() {
    users--;
    if (users == 0) {
      clones.forEach(Connection::close);
      close(device);
    }
  }

  private static void close(Descriptor descriptor) {
    try {
      descriptor.close();
    } catch (SystemCallException e) {
      LOG.atWarn().setCause(e).log("A descriptor of a connection could not be closed");
    }
  }
}
