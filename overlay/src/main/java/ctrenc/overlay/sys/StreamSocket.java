package ctrenc.overlay.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;

/** Connects to a unix socket of a stream of bytes (SOCK_STREAM). Thread-safe. */
public final class StreamSocket {

  private static final int SOCK_STREAM = 1;
  private static final int NON_BLOCKING = 04000;
  private static final int SO_SNDTIMEO = 21;
  private static final int F_SETFL = 4;
  private static final int TIME_SIZE = 2 * Long.BYTES;

  private StreamSocket() {}

  /**
   * Connects, where somebody who listens has as many callers as he lets wait after {@code patience}
   * at most: EAGAIN says that it ended. Reading and writing never wait, but for {@link Poll}.
   */
  public static Descriptor connect(Path path, Duration patience) throws SystemCallException {
    int type = SOCK_STREAM | LocalSocket.CLOSE_ON_EXEC;
    Descriptor made =
        Descriptor.adopt((int) SystemCall.SOCKET.invoke(LocalSocket.AF_UNIX, type, 0));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(TIME_SIZE, Long.BYTES);
      time.set(ValueLayout.JAVA_LONG, 0, patience.toSeconds());
      time.set(ValueLayout.JAVA_LONG, Long.BYTES, patience.toNanosPart() / 1000);
      SystemCall.SETSOCKOPT.invoke(
          made.number(), LocalSocket.SOL_SOCKET, SO_SNDTIMEO, time.address(), TIME_SIZE);
      MemorySegment address = LocalSocket.address(arena, path);
      SystemCall.CONNECT.invoke(made.number(), address.address(), LocalSocket.ADDRESS_SIZE);
      SystemCall.FCNTL.invoke(made.number(), F_SETFL, NON_BLOCKING);
      return made;
    } catch (SystemCallException e) {
      made.close();
      throw e;
    }
  }
}
