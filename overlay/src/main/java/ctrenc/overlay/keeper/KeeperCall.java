package ctrenc.overlay.keeper;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.LocalSocket;
import ctrenc.overlay.sys.Poll;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The daemon's line to its keeper. Nothing waits longer than a few seconds for a keeper that does
 * not listen. Thread-safe.
 */
final class KeeperCall implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final LocalSocket socket;

  KeeperCall(LocalSocket socket) {
    this.socket = socket;
  }

  synchronized void send(Verb verb, String text, List<Descriptor> descriptors) throws IOException {
    await(Poll.WRITABLE);
    verb.send(socket, text, descriptors);
  }

  /**
   * Introduces this daemon by how it was executed.
   *
   * @return what the keeper holds; nothing if it does not talk to us, because it is about to end or
   *     has not noticed yet that the last daemon is gone
   */
  synchronized Optional<Map<String, List<Descriptor>>> introduce(String command)
      throws IOException {
    try {
      send(Verb.COMMAND, command, List.of());
      send(Verb.TELL, "", List.of());
      Map<String, List<Descriptor>> left = new LinkedHashMap<>();
      LocalSocket.Message message = receive();
      while (message.bytes().length > 0 && Verb.of(message) == Verb.HOLD) {
        left.put(Verb.text(message), message.descriptors());
        message = receive();
      }
      return message.bytes().length > 0 ? Optional.of(left) : Optional.empty();
    } catch (SystemCallException brokenOff) {
      return Optional.empty();
    }
  }

  private LocalSocket.Message receive() throws IOException {
    await(Poll.READABLE);
    return socket.receive();
  }

  private void await(short event) throws IOException {
    if (Poll.await(socket.descriptor(), event, PATIENCE) == 0) {
      throw new IOException(
          "The keeper of mounts (process %d) does not answer: end it."
              .formatted(socket.peerProcess()));
    }
  }

  @Override
  public void close() throws SystemCallException {
    socket.close();
  }
}
