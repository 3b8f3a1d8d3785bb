package ctrenc.daemon.snapshotter;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ctrenc.daemon.container.HostedRoot;
import ctrenc.daemon.container.HostedRoots;
import ctrenc.daemon.container.RootKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** A snapshot as it is written down. */
final class SnapshotJson {

  private static final int VERSION = 1;
  private static final String THROWAWAY = "throwaway";
  private static final String MACHINE = "machine";
  private static final String NAMED = "named ";

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
      case Backing.Root(HostedRoot root) -> {
        json.addProperty("is", "root");
        add(json, root);
      }
      case Backing.Frozen(HostedRoots.Frozen frozen) -> {
        json.addProperty("is", "frozen");
        add(json, frozen.root());
        json.addProperty("snapshot", frozen.snapshot().toString());
      }
      case Backing.View(HostedRoot root) -> {
        json.addProperty("is", "view");
        add(json, root);
      }
    }
    return json;
  }

  private static void add(JsonObject json, HostedRoot root) {
    json.addProperty("root", root.id().toString());
    switch (root.key()) {
      case RootKey.Throwaway _ -> json.addProperty("key", THROWAWAY);
      case RootKey.Machine _ -> json.addProperty("key", MACHINE);
      case RootKey.Named(String name) -> json.addProperty("key", NAMED + name);
    }
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
      case "root" -> new Backing.Root(root(json));
      case "frozen" -> new Backing.Frozen(new HostedRoots.Frozen(root(json), id(json, "snapshot")));
      case "view" -> new Backing.View(root(json));
      default -> throw new IllegalArgumentException("unknown backing " + is);
    };
  }

  /** Of a record that says no key, the machine's opens it, if any. */
  private static HostedRoot root(JsonObject json) {
    String key = json.has("key") ? json.get("key").getAsString() : MACHINE;
    return new HostedRoot(
        id(json, "root"),
        switch (key) {
          case THROWAWAY -> RootKey.THROWAWAY;
          case MACHINE -> RootKey.MACHINE;
          default -> new RootKey.Named(key.substring(NAMED.length()));
        });
  }

  private static UUID id(JsonObject json, String name) {
    return UUID.fromString(json.get(name).getAsString());
  }
}
