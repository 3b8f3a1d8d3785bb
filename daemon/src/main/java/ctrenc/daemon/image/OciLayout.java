package ctrenc.daemon.image;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the image of this machine's kind in an OCI image layout (OCI image specification 1.1,
 * image-layout.md and image-index.md).
 */
final class OciLayout {

  static final String MARK = "oci-layout";
  static final String INDEX = "index.json";

  private static final int MAX_DEPTH = 4;
  private static final int MAX_LAYERS = 500;
  private static final String NAME = "org.opencontainers.image.ref.name";
  private static final String CONTAINERD_NAME = "io.containerd.image.name";

  private final TreeFiles files;

  OciLayout(TreeFiles files) {
    this.files = files;
  }

  private record Candidate(BlobDigest digest, String name) {}

  PackedImage find() throws IOException {
    JsonObject index = TreeFiles.object(files.json(INDEX), INDEX);
    List<Candidate> candidates = new ArrayList<>();
    collect(index, "", 0, candidates);
    if (candidates.isEmpty()) {
      throw RefusedException.invalid(
          "The image layout holds no image for linux/" + architecture() + ".");
    }
    if (candidates.stream().map(Candidate::digest).distinct().count() > 1) {
      throw RefusedException.invalid(
          "The image layout holds "
              + candidates.size()
              + " images: export the one that is wanted alone.");
    }
    return image(candidates.getFirst());
  }

  private void collect(JsonObject index, String name, int depth, List<Candidate> candidates)
      throws IOException {
    if (depth > MAX_DEPTH) {
      throw RefusedException.invalid("The image layout nests its indexes too deeply.");
    }
    for (JsonElement element : array(index, "manifests")) {
      JsonObject descriptor = TreeFiles.object(element, INDEX);
      if (!isForThisMachine(descriptor)) {
        continue;
      }
      BlobDigest digest = BlobDigest.parse(string(descriptor, "digest"));
      String own = name(descriptor).orElse(name);
      JsonObject content = blob(digest);
      if (content.has("manifests")) {
        collect(content, own, depth + 1, candidates);
      } else if (content.has("layers")) {
        candidates.add(new Candidate(digest, own));
      }
    }
  }

  /** A descriptor that names no platform is for every machine. */
  private static boolean isForThisMachine(JsonObject descriptor) throws RefusedException {
    if (!descriptor.has("platform")) {
      return true;
    }
    JsonObject platform = TreeFiles.object(descriptor.get("platform"), INDEX);
    return string(platform, "os").equals("linux")
        && string(platform, "architecture").equals(architecture());
  }

  private static String architecture() {
    return "aarch64".equals(System.getProperty("os.arch")) ? "arm64" : "amd64";
  }

  private static Optional<String> name(JsonObject descriptor) throws RefusedException {
    if (!descriptor.has("annotations")) {
      return Optional.empty();
    }
    JsonObject annotations = TreeFiles.object(descriptor.get("annotations"), INDEX);
    for (String key : List.of(CONTAINERD_NAME, NAME)) {
      if (annotations.has(key)) {
        return Optional.of(string(annotations, key));
      }
    }
    return Optional.empty();
  }

  private PackedImage image(Candidate candidate) throws IOException {
    JsonObject manifest = blob(candidate.digest());
    List<PackedImage.Layer> layers = new ArrayList<>();
    for (JsonElement element : array(manifest, "layers")) {
      JsonObject descriptor = TreeFiles.object(element, candidate.digest().path());
      layers.add(layer(descriptor));
    }
    if (layers.size() > MAX_LAYERS) {
      throw RefusedException.invalid("The image has more than " + MAX_LAYERS + " layers.");
    }
    return new PackedImage(
        candidate.digest().toString(), candidate.name(), config(manifest), layers);
  }

  private static PackedImage.Layer layer(JsonObject descriptor) throws RefusedException {
    String type = string(descriptor, "mediaType");
    if (type.endsWith("+encrypted")) {
      throw RefusedException.invalid(
          "The image's layers are encrypted: decrypt it first (imgcrypt does that), then import it.");
    }
    boolean isTar = type.contains("image.layer") || type.contains("rootfs.diff");
    if (!isTar) {
      throw RefusedException.invalid(
          "The image holds a layer of the kind " + type + ", which is no file tree.");
    }
    BlobDigest digest = BlobDigest.parse(string(descriptor, "digest"));
    return new PackedImage.Layer(digest.path(), digest);
  }

  private ImageConfig config(JsonObject manifest) throws IOException {
    if (!manifest.has("config")) {
      return ImageConfig.NOTHING;
    }
    JsonObject descriptor = TreeFiles.object(manifest.get("config"), "config");
    JsonObject config = blob(BlobDigest.parse(string(descriptor, "digest")));
    return config.has("config") && config.get("config").isJsonObject()
        ? ImageConfigs.parse(config.getAsJsonObject("config"))
        : ImageConfig.NOTHING;
  }

  private JsonObject blob(BlobDigest digest) throws IOException {
    try (InputStream in = digest.verify(files.open(digest.path()))) {
      return TreeFiles.object(TreeFiles.parse(in, digest.path()), digest.path());
    }
  }

  private static JsonArray array(JsonObject object, String name) throws RefusedException {
    if (!object.has(name) || !object.get(name).isJsonArray()) {
      throw RefusedException.invalid("The image is not sound: the list " + name + " is missing.");
    }
    return object.getAsJsonArray(name);
  }

  private static String string(JsonObject object, String name) throws RefusedException {
    if (!object.has(name) || !object.get(name).isJsonPrimitive()) {
      throw RefusedException.invalid("The image is not sound: the text " + name + " is missing.");
    }
    return object.get(name).getAsString();
  }
}
