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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What runc wrote to the file of its {@code --log}, in which it tells failures of its own from
 * those of the command.
 */
final class RuntimeLog {
  private static final Pattern COMMAND = Pattern.compile("exec: \"([^\"]*)\"");

  /** What was asked for is most often to blame: a limit, a mount, a working directory. */
  private static final String REFUSED =
      "the runtime refused, for the reason in the line before: change what it names and try again";

  private RuntimeLog() {}

  /**
   * How a command could not be started.
   *
   * @param sentence what to do
   */
  record NotStarted(ExitCode code, String sentence) {}

  /** How the command could not be started; empty if it was. */
  static Optional<NotStarted> failure(String file) throws IOException {
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

  private static Optional<NotStarted> error(String line) {
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
  private static Optional<NotStarted> classify(String message) {
    if (!message.matches("(?s)(runc )?(run|exec) failed.*")) {
      return Optional.empty();
    }
    Matcher command = COMMAND.matcher(message);
    return Optional.of(
        command.find()
            ? blamed(command.group(1), message)
            : new NotStarted(ExitCode.OWN_FAILURE, REFUSED));
  }

  private static NotStarted blamed(String command, String message) {
    boolean absent =
        message.contains("no such file or directory") || message.contains("not found in $PATH");
    return absent
        ? new NotStarted(
            ExitCode.COMMAND_NOT_FOUND,
            "the container has no command '%s', or not the interpreter that it names: give the path of one that it has"
                .formatted(command))
        : new NotStarted(
            ExitCode.NOT_EXECUTABLE,
            "'%s' cannot be executed in the container: give a program, and see that its mode and --user allow it"
                .formatted(command));
  }
}
