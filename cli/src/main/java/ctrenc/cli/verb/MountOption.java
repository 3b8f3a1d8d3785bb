package ctrenc.cli.verb;

import ctrenc.proto.v1.BindMount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads {@code -v SOURCE:TARGET[:ro|rw]} and {@code --mount
 * type=bind,source=...,target=...[,readonly]}.
 */
final class MountOption {
  private static final Map<String, String> KEYS =
      Map.of(
          "type",
          "type",
          "source",
          "source",
          "src",
          "source",
          "target",
          "target",
          "destination",
          "target",
          "dst",
          "target",
          "readonly",
          "readonly",
          "ro",
          "readonly");

  private MountOption() {}

  static BindMount volume(String text, Path directory) {
    String[] parts = text.split(":", -1);
    boolean readOnly = parts.length == 3 && parts[2].equals("ro");
    boolean known = parts.length == 2 || readOnly || (parts.length == 3 && parts[2].equals("rw"));
    if (!known) {
      throw Arguments.usage(
          "'%s' is no mount: write SOURCE:TARGET or SOURCE:TARGET:ro".formatted(text));
    }
    return bind(parts[0], parts[1], readOnly, directory);
  }

  static BindMount mount(String text, Path directory) {
    Map<String, String> fields = new HashMap<>();
    for (String part : text.split(",", -1)) {
      String[] pair = part.split("=", 2);
      String key = KEYS.get(pair[0].toLowerCase(Locale.ROOT));
      if (key == null) {
        throw unreadable(text);
      }
      fields.put(key, pair.length == 2 ? pair[1] : "true");
    }
    if (!fields.getOrDefault("type", "bind").equals("bind")
        || !fields.keySet().containsAll(Set.of("source", "target"))) {
      throw unreadable(text);
    }
    boolean readOnly = Set.of("true", "1").contains(fields.getOrDefault("readonly", "false"));
    return bind(
        fields.getOrDefault("source", ""), fields.getOrDefault("target", ""), readOnly, directory);
  }

  private static RuntimeException unreadable(String text) {
    return Arguments.usage(
        "'%s' is no mount: write type=bind,source=PATH,target=PATH or add ,readonly"
            .formatted(text));
  }

  private static BindMount bind(String source, String target, boolean readOnly, Path directory) {
    Path path = directory.resolve(source).normalize();
    if (source.isEmpty() || !Files.exists(path)) {
      throw Arguments.usage(
          "the mount's source '%s' does not exist: make it first".formatted(source));
    }
    if (!target.startsWith("/")) {
      throw Arguments.usage("the mount's target '%s' must begin with /".formatted(target));
    }
    return BindMount.newBuilder()
        .setSource(path.toString())
        .setTarget(target)
        .setReadOnly(readOnly)
        .build();
  }
}
