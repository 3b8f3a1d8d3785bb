package ctrenc.cli.process;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import ctrenc.cli.exit.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What runc wrote to the file of its {@code --log}, in which it tells failures of its own from
 * those of the command.
 */
final class RuntimeLog {
  private RuntimeLog() {}

  /** How the command could not be started; empty if it was. */
  static Optional<ExitCode> failure(String file) throws IOException {
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Files.readAllLines(Path.of(file)).stream()
          .map(RuntimeLog::error)
          .flatMap(Optional::stream)
          .reduce((first, last) -> last);
    } catch (NoSuchFileException e) {
      return Optional.empty(); // The runtime had nothing to say.
    }
  }

  private static Optional<ExitCode> error(String line) {
    try {
      JsonObject entry = JsonParser.parseString(line).getAsJsonObject();
      String message = entry.has("msg") ? entry.get("msg").getAsString() : "";
      return entry.has("level") && entry.get("level").getAsString().equals("error")
          ? classify(message)
          : Optional.empty();
    } catch (JsonParseException | IllegalStateException e) {
      return Optional.empty();
    }
  }

  /** By runc's own words: it gives every failure of its own the same exit code. */
  private static Optional<ExitCode> classify(String message) {
    if (!message.matches("(?s)(runc )?(run|exec) failed.*")) {
      return Optional.empty();
    }
    if (!message.contains("exec: \"")) {
      return Optional.of(ExitCode.OWN_FAILURE);
    }
    boolean absent =
        message.contains("no such file or directory") || message.contains("not found in $PATH");
    return Optional.of(absent ? ExitCode.COMMAND_NOT_FOUND : ExitCode.NOT_EXECUTABLE);
  }
}
