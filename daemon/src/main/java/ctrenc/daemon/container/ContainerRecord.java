package ctrenc.daemon.container;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ctrenc.proto.v1.Base;
import ctrenc.proto.v1.BindMount;
import ctrenc.proto.v1.CacheMode;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.Network;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A container as it is written down, in JSON. The command line and the environment of its process
 * are left out on purpose: they may hold secrets, and the state directory holds none in clear.
 */
final class ContainerRecord {

  private static final int VERSION = 1;

  private ContainerRecord() {}

  static String encode(ManagedContainer.Identity container) {
    ContainerSpec spec = container.spec();
    JsonObject json = new JsonObject();
    json.addProperty("version", VERSION);
    json.addProperty("id", container.id());
    json.addProperty("name", container.name());
    json.addProperty("subvolume", container.subvolume().toString());
    json.addProperty("base", container.base());
    if (spec.getBase().hasHostDirectory()) {
      json.addProperty("hostDirectory", spec.getBase().getHostDirectory());
    }
    container.image().ifPresent(image -> json.addProperty("image", image.toString()));
    json.addProperty("created", container.created().toString());
    json.addProperty("hostname", spec.getHostname());
    json.addProperty("network", spec.getNetwork().name());
    json.addProperty("memoryLimit", spec.getMemoryLimit());
    json.addProperty("cpuLimitMillis", spec.getCpuLimitMillis());
    json.addProperty("readOnly", spec.getReadOnly());
    json.addProperty("cache", spec.getCache().name());
    json.addProperty("keep", spec.getKeep());
    json.addProperty("remove", spec.getRemove());
    json.addProperty("nesting", spec.getNesting());
    json.add("mounts", mounts(spec));
    return json.toString();
  }

  private static JsonArray mounts(ContainerSpec spec) {
    JsonArray mounts = new JsonArray();
    for (BindMount mount : spec.getMountsList()) {
      JsonObject json = new JsonObject();
      json.addProperty("source", mount.getSource());
      json.addProperty("target", mount.getTarget());
      json.addProperty("readOnly", mount.getReadOnly());
      mounts.add(json);
    }
    return mounts;
  }

  /**
   * @throws RuntimeException if the text is not what {@link #encode} writes
   */
  static ManagedContainer.Identity decode(String text) {
    JsonObject json = JsonParser.parseString(text).getAsJsonObject();
    if (json.get("version").getAsInt() != VERSION) {
      throw new IllegalArgumentException("written by another release");
    }
    return new ManagedContainer.Identity(
        json.get("id").getAsString(),
        json.get("name").getAsString(),
        UUID.fromString(json.get("subvolume").getAsString()),
        json.get("base").getAsString(),
        Optional.ofNullable(json.get("image")).map(image -> UUID.fromString(image.getAsString())),
        Instant.parse(json.get("created").getAsString()),
        spec(json));
  }

  private static ContainerSpec spec(JsonObject json) {
    ContainerSpec.Builder spec =
        ContainerSpec.newBuilder()
            .setName(json.get("name").getAsString())
            .setKeep(!json.has("keep") || json.get("keep").getAsBoolean())
            .setRemove(json.has("remove") && json.get("remove").getAsBoolean())
            .setNesting(json.has("nesting") && json.get("nesting").getAsBoolean())
            .setHostname(json.get("hostname").getAsString())
            .setNetwork(Network.valueOf(json.get("network").getAsString()))
            .setMemoryLimit(json.get("memoryLimit").getAsLong())
            .setCpuLimitMillis(json.get("cpuLimitMillis").getAsLong())
            .setReadOnly(json.get("readOnly").getAsBoolean());
    if (json.has("hostDirectory")) {
      spec.setBase(Base.newBuilder().setHostDirectory(json.get("hostDirectory").getAsString()));
    }
    if (json.has("cache")) {
      spec.setCache(CacheMode.valueOf(json.get("cache").getAsString()));
    }
    json.getAsJsonArray("mounts").forEach(mount -> spec.addMounts(mount(mount.getAsJsonObject())));
    return spec.build();
  }

  private static BindMount mount(JsonObject json) {
    return BindMount.newBuilder()
        .setSource(json.get("source").getAsString())
        .setTarget(json.get("target").getAsString())
        .setReadOnly(json.get("readOnly").getAsBoolean())
        .build();
  }
}
