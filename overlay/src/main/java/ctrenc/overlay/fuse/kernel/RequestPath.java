package ctrenc.overlay.fuse.kernel;

import java.io.IOException;

/**
 * A way by which a connection's requests come and are answered, besides its descriptor of
 * /dev/fuse; references given back, signals and notifications go by that one in any case.
 * Thread-safe.
 */
public interface RequestPath extends AutoCloseable {

  /** What the path needs of the protocol, and what it can carry. */
  record Terms(long features, int maxTransfer) {

    /** Of a path by /dev/fuse alone. */
    static Terms ofDevice() {
      return new Terms(0, Mailbox.MAX_TRANSFER);
    }

    /** Of io_uring; {@code maxTransfer} is the size of an entry's payload. */
    public static Terms ofRing(int maxTransfer) {
      return new Terms(InitFlag.OVER_IO_URING, maxTransfer);
    }
  }

  /**
   * @throws IOException with one plain sentence, when this host does not have the path
   */
  Terms terms() throws IOException;

  /**
   * Begins to take a connection's requests, which the kernel holds back until then. The path joins
   * the connection once, and leaves when it has ended and all its memory is given back.
   */
  void serve(ServedConnection connection) throws IOException;

  /** Ends the threads; mounts must have ended before. */
  @Override
  void close() throws IOException;
}
