package ctrenc.daemon.runtime;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** What the runtime wrote down of a container, in its state.json. */
record RuntimeState(long pid) {

  static Optional<RuntimeState> read(Path file) throws IOException {
    try {
      JsonElement pid =
          JsonParser.parseString(Files.readString(file)).getAsJsonObject().get("init_process_pid");
      return pid == null ? Optional.empty() : Optional.of(new RuntimeState(pid.getAsLong()));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (JsonParseException | IllegalStateException _) {
      // It is being written right now; the next reader finds it whole.
      return Optional.empty();
    }
  }
}
