package ctrenc.daemon.snapshotter;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ctrenc.daemon.container.HostedRoots;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** A snapshot as it is written down. */
final class SnapshotJson {

  private static final int VERSION = 1;

  private SnapshotJson() {}

  static String encode(Snapshot snapshot) {
    JsonObject json = new JsonObject();
    json.addProperty("version", VERSION);
    json.addProperty("number", snapshot.number());
    json.addProperty("name", snapshot.name());
    json.addProperty("parent", snapshot.parent());
    json.addProperty("kind", snapshot.kind().name());
    json.addProperty("created", snapshot.created().toString());
    json.addProperty("updated", snapshot.updated().toString());
    JsonObject labels = new JsonObject();
    snapshot.labels().forEach(labels::addProperty);
    json.add("labels", labels);
    json.addProperty("bytes", snapshot.usage().bytes());
    json.addProperty("inodes", snapshot.usage().inodes());
    json.add("backing", backing(snapshot.backing()));
    return json.toString();
  }

  private static JsonObject backing(Backing backing) {
    JsonObject json = new JsonObject();
    switch (backing) {
      case Backing.Tree _ -> json.addProperty("is", "tree");
      case Backing.Chain _ -> json.addProperty("is", "chain");
      case Backing.Root(UUID root) -> {
        json.addProperty("is", "root");
        json.addProperty("root", root.toString());
      }
      case Backing.Frozen(HostedRoots.Frozen frozen) -> {
        json.addProperty("is", "frozen");
        json.addProperty("root", frozen.root().toString());
        json.addProperty("snapshot", frozen.snapshot().toString());
      }
      case Backing.FrozenView _ -> json.addProperty("is", "frozen-view");
    }
    return json;
  }

  /**
   * @throws RuntimeException if the text is not what {@link #encode} writes
   */
  static Snapshot decode(String text) {
    JsonObject json = JsonParser.parseString(text).getAsJsonObject();
    if (json.get("version").getAsInt() != VERSION) {
      throw new IllegalArgumentException("written by another release");
    }
    Map<String, String> labels = new HashMap<>();
    json.getAsJsonObject("labels")
        .entrySet()
        .forEach(label -> labels.put(label.getKey(), label.getValue().getAsString()));
    return new Snapshot(
        json.get("number").getAsLong(),
        json.get("name").getAsString(),
        json.get("parent").getAsString(),
        SnapshotKind.valueOf(json.get("kind").getAsString()),
        Instant.parse(json.get("created").getAsString()),
        Instant.parse(json.get("updated").getAsString()),
        labels,
        new Snapshot.Usage(json.get("bytes").getAsLong(), json.get("inodes").getAsLong()),
        backing(json.getAsJsonObject("backing")));
  }

  private static Backing backing(JsonObject json) {
    String is = json.get("is").getAsString();
    return switch (is) {
      case "tree" -> new Backing.Tree();
      case "chain" -> new Backing.Chain();
      case "root" -> new Backing.Root(id(json, "root"));
      case "frozen" ->
          new Backing.Frozen(new HostedRoots.Frozen(id(json, "root"), id(json, "snapshot")));
      case "frozen-view" -> new Backing.FrozenView();
      default -> throw new IllegalArgumentException("unknown backing " + is);
    };
  }

  private static UUID id(JsonObject json, String name) {
    return UUID.fromString(json.get(name).getAsString());
  }
}
