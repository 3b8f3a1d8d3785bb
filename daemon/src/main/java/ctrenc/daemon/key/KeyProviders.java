package ctrenc.daemon.key;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The key providers of this machine, from the file that ocicrypt reads: {@code {"key-providers":
 * {NAME: {"grpc": ADDRESS}}}}. It is read at each use, so a change needs no restart. Thread-safe.
 */
public record KeyProviders(Optional<Path> file) {

  /**
   * @throws RefusedException if there is no such provider, or the file cannot be understood
   */
  KeyProvider find(String name) throws IOException {
    JsonElement address = null;
    if (file.isPresent()) {
      JsonObject provider = member(member(read(file.get()), "key-providers"), name);
      address = provider.get("grpc");
    }
    if (address == null || !address.isJsonPrimitive()) {
      throw RefusedException.invalid(
          "No key provider '"
              + name
              + "' with an address for gRPC is configured: see ctr-enc.key-provider-config.");
    }
    return new KeyProvider(name, address.getAsString());
  }

  private static JsonObject read(Path file) throws IOException {
    try {
      return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    } catch (NoSuchFileException e) {
      return new JsonObject();
    } catch (JsonParseException | IllegalStateException e) {
      throw new RefusedException(
          RefusedException.Kind.CONFLICT, "The key providers' file " + file + " is no JSON.", e);
    }
  }

  private static JsonObject member(JsonObject of, String name) {
    JsonElement found = of.get(name);
    return found != null && found.isJsonObject() ? found.getAsJsonObject() : new JsonObject();
  }
}
