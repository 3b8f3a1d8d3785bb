package ctrenc.overlay.fuse;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A filesystem shown at a directory. Thread-safe. */
public interface Mount extends AutoCloseable {

  Path directory();

  /** The number of the FUSE connection: its directory's name under /sys/fs/fuse/connections. */
  long connection();

  boolean isServing();

  /** Whether the kernel reads files of the image by itself, as of now. */
  default Passthrough passthrough() {
    return Passthrough.OFF;
  }

  /**
   * The descriptors with which another process can go on with this mount, by {@link
   * Transport#resume}; none where that cannot be. They stay the mount's.
   */
  default List<Descriptor> descriptors() {
    return List.of();
  }

  /**
   * Tells the kernel to forget what it cached of an inode from {@code offset}, for {@code length}
   * bytes (0 = to the end).
   */
  void invalidateInode(long inode, long offset, long length) throws IOException;

  /** Tells the kernel to look a name up again. */
  void invalidateEntry(long parent, Name name) throws IOException;

  /**
   * Writes back what the kernel holds, detaches the mount and waits until every request is
   * answered. A mount that does not end in {@code patience} is aborted, so its holders get errors
   * instead of hanging.
   */
  void unmount(Duration patience) throws IOException;

  /**
   * Writes back what the kernel holds and takes the mount out of the tree, but goes on serving
   * those who have something of it open, until the last has let go.
   */
  void leave(Duration patience) throws IOException;

  /** {@link #unmount} with ten seconds' patience. */
  @Override
  void close() throws IOException;
}
