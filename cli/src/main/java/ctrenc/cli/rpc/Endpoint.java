package ctrenc.cli.rpc;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Whether somebody listens at a socket, and what to say where nobody does. */
public record Endpoint(Path socket) {
  private static final long STEP_MILLIS = 50;

  /** sockaddr_un of unix(7) holds 108 bytes with the final zero. */
  private static final int MAX_PATH = 107;

  /** What was found at the socket's path. */
  public enum State {
    LISTENING,
    ABSENT,
    /** The socket is there, its listener is not. */
    DEAD,
    FORBIDDEN,
    NOT_A_SOCKET,
    TOO_LONG
  }

  /** Connects once to see. */
  public State state() {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return channel.isConnected() ? State.LISTENING : State.DEAD;
    } catch (SocketException e) {
      return why();
    } catch (IOException e) {
      return State.DEAD;
    }
  }

  /** By what is there: the failure itself says it in the words of the caller's language alone. */
  private State why() {
    if (socket.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH) {
      return State.TOO_LONG;
    }
    try {
      boolean special =
          Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
              .isOther();
      if (!special) {
        return State.NOT_A_SOCKET;
      }
      return Files.isWritable(socket) ? State.DEAD : State.FORBIDDEN;
    } catch (AccessDeniedException e) {
      return State.FORBIDDEN;
    } catch (IOException e) {
      return State.ABSENT;
    }
  }

  /** Throws what there is to say unless somebody listens. */
  public void requireListening() {
    State state = state();
    if (state != State.LISTENING) {
      throw failure(state);
    }
  }

  /**
   * Returns when somebody listens: the next daemon may be about to take the place of the last.
   * Throws what there is to say if nobody does within {@code limit}, and at once if waiting cannot
   * help.
   */
  public void awaitListening(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    State state = state();
    while ((state == State.ABSENT || state == State.DEAD) && System.nanoTime() - end < 0) {
      TimeUnit.MILLISECONDS.sleep(STEP_MILLIS); // There is nobody who could say when it is there.
      state = state();
    }
    if (state != State.LISTENING) {
      throw failure(state);
    }
  }

  public Failure failure(State state) {
    Map<State, String> sentences =
        Map.of(
            State.LISTENING, "the daemon listens at %s",
            State.ABSENT,
                "no daemon is running (nothing at %s): start it with 'ctr-enc daemon start', or name its place with --run-dir",
            State.DEAD, "the daemon at %s is gone: start it again with 'ctr-enc daemon start'",
            State.FORBIDDEN,
                "you may not use %s: call ctr-enc as root, or as a member of the socket's group",
            State.NOT_A_SOCKET,
                "%s is not a socket: name the daemon's run directory with --run-dir",
            State.TOO_LONG, "the path %s is too long for a socket: choose a shorter --run-dir");
    ExitCode code = state == State.FORBIDDEN ? ExitCode.NOT_ALLOWED : ExitCode.UNREACHABLE;
    return new Failure(code, String.valueOf(sentences.get(state)).formatted(socket));
  }
}
