package ctrenc.daemon.runtime;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What the runtime wrote to its log: a JSON object in each line. */
public final class RuntimeLog {

  private RuntimeLog() {}

  /** The message of the last error, if there is one. */
  public static Optional<String> lastError(Path log) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(log);
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
    return lines.reversed().stream().flatMap(line -> error(line).stream()).findFirst();
  }

  private static Optional<String> error(String line) {
    try {
      JsonElement parsed = JsonParser.parseString(line);
      if (!parsed.isJsonObject()) {
        return Optional.empty();
      }
      JsonObject entry = parsed.getAsJsonObject();
      boolean isError = entry.has("level") && entry.get("level").getAsString().equals("error");
      return isError && entry.has("msg")
          ? Optional.of(entry.get("msg").getAsString())
          : Optional.empty();
    } catch (JsonParseException _) {
      return Optional.empty();
    }
  }
}
