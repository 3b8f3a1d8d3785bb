package ctrenc.cli.start;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** What a daemon that is being started writes to its log. */
final class DaemonLog {
  private static final long ROTATE_AT = 16 << 20;
  private static final int TAIL = 64 << 10;
  private static final int LAST_LINES = 3;
  private static final String SENTENCE = "ctr-enc: ";

  private final Path file;
  private final long before;

  private DaemonLog(Path file, long before) {
    this.file = file;
    this.before = before;
  }

  /** Makes the log if it is not there, and moves one that has grown long aside. */
  static DaemonLog prepare(Path file) throws IOException {
    if (Files.exists(file) && Files.size(file) > ROTATE_AT) {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".1"),
          StandardCopyOption.REPLACE_EXISTING);
    }
    if (!Files.exists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    return new DaemonLog(file, Files.size(file));
  }

  Path file() {
    return file;
  }

  /**
   * Why the daemon ended: its last sentence to people if it wrote one, else its last lines; never
   * those of an earlier daemon.
   */
  String lastWords() throws IOException {
    Optional<String> sentence = Optional.empty();
    Deque<String> last = new ArrayDeque<>();
    for (String line : newLines()) {
      if (line.startsWith(SENTENCE)) {
        sentence = Optional.of(line.substring(SENTENCE.length()));
      } else if (!line.isBlank()) {
        last.add(line.strip());
      }
      if (last.size() > LAST_LINES) {
        last.removeFirst();
      }
    }
    return sentence.orElse(last.isEmpty() ? "it wrote nothing" : String.join(" | ", last));
  }

  private List<String> newLines() throws IOException {
    try (var channel = Files.newByteChannel(file, StandardOpenOption.READ)) {
      channel.position(Math.max(before, channel.size() - TAIL));
      byte[] bytes = java.nio.channels.Channels.newInputStream(channel).readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }
  }
}
