package ctrenc.daemon.image;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The image in what {@code docker save} wrote before it wrote OCI layouts: manifest.json names a
 * configuration, whose rootfs.diff_ids are the digests of the uncompressed layers.
 */
final class DockerArchive {

  static final String MANIFEST = "manifest.json";

  private final TreeFiles files;

  DockerArchive(TreeFiles files) {
    this.files = files;
  }

  PackedImage find() throws IOException {
    JsonElement manifest = files.json(MANIFEST);
    if (!manifest.isJsonArray() || manifest.getAsJsonArray().size() != 1) {
      throw RefusedException.invalid(
          "The archive does not hold exactly one image: save the one that is wanted alone.");
    }
    JsonObject image = TreeFiles.object(manifest.getAsJsonArray().get(0), MANIFEST);
    String configPath = image.get("Config").getAsString();
    JsonObject config = TreeFiles.object(files.json(configPath), configPath);
    JsonArray paths = image.getAsJsonArray("Layers");
    JsonArray digests = config.getAsJsonObject("rootfs").getAsJsonArray("diff_ids");
    if (paths.size() != digests.size()) {
      throw RefusedException.invalid(
          "The archive is not sound: its image names other layers than its configuration.");
    }
    List<PackedImage.Layer> layers = new ArrayList<>();
    for (int i = 0; i < paths.size(); i++) {
      BlobDigest digest = BlobDigest.parse(digests.get(i).getAsString());
      layers.add(new PackedImage.Layer(paths.get(i).getAsString(), digest));
    }
    ImageConfig process =
        config.has("config") && config.get("config").isJsonObject()
            ? ImageConfigs.parse(config.getAsJsonObject("config"))
            : ImageConfig.NOTHING;
    return new PackedImage("", name(image), process, layers);
  }

  private static String name(JsonObject image) {
    JsonElement tags = image.get("RepoTags");
    return tags != null && tags.isJsonArray() && !tags.getAsJsonArray().isEmpty()
        ? tags.getAsJsonArray().get(0).getAsString()
        : "";
  }
}
