package ctrenc.daemon.image;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ctrenc.daemon.config.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The configurations of images, one small file each beside the store. Thread-safe. */
public final class ImageConfigs {

  private final Path directory;

  public ImageConfigs(Path directory) {
    this.directory = directory;
  }

  void write(UUID image, ImageConfig config) throws IOException {
    JsonObject json = new JsonObject();
    json.add("Entrypoint", array(config.entrypoint()));
    json.add("Cmd", array(config.command()));
    json.add("Env", array(config.environment()));
    json.addProperty("WorkingDir", config.workingDirectory());
    json.addProperty("User", config.user());
    AtomicFile.write(file(image), json.toString().getBytes(StandardCharsets.UTF_8), "rw-------");
  }

  /** Nothing for an image that has none, such as one made from a directory. */
  public Optional<ImageConfig> read(UUID image) throws IOException {
    try {
      String text = Files.readString(file(image));
      return Optional.of(parse(JsonParser.parseString(text).getAsJsonObject()));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  void remove(UUID image) throws IOException {
    AtomicFile.remove(file(image));
  }

  /** Reads the names that OCI and Docker give these settings. */
  static ImageConfig parse(JsonObject config) {
    return new ImageConfig(
        strings(config, "Entrypoint"),
        strings(config, "Cmd"),
        strings(config, "Env").stream().filter(setting -> setting.indexOf('=') > 0).toList(),
        string(config, "WorkingDir"),
        string(config, "User"));
  }

  private static List<String> strings(JsonObject config, String name) {
    List<String> values = new ArrayList<>();
    if (config.has(name) && config.get(name).isJsonArray()) {
      for (JsonElement element : config.getAsJsonArray(name)) {
        values.add(element.getAsString());
      }
    }
    return values;
  }

  private static String string(JsonObject config, String name) {
    JsonElement value = config.get(name);
    return value == null || value.isJsonNull() ? "" : value.getAsString();
  }

  private static JsonArray array(List<String> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    return array;
  }

  private Path file(UUID image) {
    return directory.resolve(image + ".json");
  }
}
