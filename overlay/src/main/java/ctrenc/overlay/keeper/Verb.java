package ctrenc.overlay.keeper;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.LocalSocket;
import ctrenc.overlay.sys.SystemCallException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What daemon and keeper say to each other: one byte, then text in UTF-8, then descriptors.
 * Messages are not acknowledged: what was sent arrives, though its sender be killed.
 */
enum Verb {
  /**
   * Daemon: how it is executed; words, each followed by a NUL, the environment after an empty one.
   */
  COMMAND('C'),
  /** Daemon: hold these descriptors under this name. Keeper: this is what I hold. */
  HOLD('H'),
  /** Daemon: close what you hold under this name. */
  DROP('D'),
  /** Daemon: what do you hold? */
  TELL('T'),
  /** Keeper: that was all. */
  END('E'),
  /** Daemon: I serve what you hold. */
  READY('R'),
  /** Daemon: I end on purpose; so do you, if you hold nothing. */
  GOODBYE('G');

  private final byte code;

  Verb(char code) {
    this.code = (byte) code;
  }

  static Verb of(LocalSocket.Message message) {
    byte code = message.bytes()[0];
    return Arrays.stream(values())
        .filter(verb -> verb.code == code)
        .findAny()
        .orElseThrow(() -> new IllegalArgumentException("no verb: " + code));
  }

  static String text(LocalSocket.Message message) {
    return new String(message.bytes(), 1, message.bytes().length - 1, StandardCharsets.UTF_8);
  }

  void send(LocalSocket socket, String text, List<Descriptor> descriptors)
      throws SystemCallException {
    byte[] words = text.getBytes(StandardCharsets.UTF_8);
    byte[] message = new byte[1 + words.length];
    message[0] = code;
    System.arraycopy(words, 0, message, 1, words.length);
    socket.send(message, descriptors);
  }
}
