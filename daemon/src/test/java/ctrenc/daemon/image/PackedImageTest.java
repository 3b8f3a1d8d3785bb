package ctrenc.daemon.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.ImageInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images with layers: OCI layouts and archives, and Docker's older archives. */
class PackedImageTest {

  private static final String CONFIG =
      """
      {"config":{"Env":["A=b"],"Cmd":["sh"],"Entrypoint":["/init"],"WorkingDir":"/w","User":"nobody"}}""";

  @TempDir Path home;

  private ImportTestbed bed;
  private final Map<String, byte[]> files = new TreeMap<>();

  @BeforeEach
  void make() throws Exception {
    bed = new ImportTestbed(home, 0);
  }

  private String blob(byte[] content) throws Exception {
    String hex = hex(content);
    files.put("blobs/sha256/" + hex, content);
    return "sha256:" + hex;
  }

  private static String hex(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  private static String descriptor(String type, String digest) {
    return "{\"mediaType\":\"" + type + "\",\"digest\":\"" + digest + "\",\"size\":1}";
  }

  private String manifest(List<String> layers) throws Exception {
    String config =
        descriptor("application/vnd.oci.image.config.v1+json", blob(TarMaker.bytes(CONFIG)));
    String json =
        "{\"schemaVersion\":2,\"config\":"
            + config
            + ",\"layers\":["
            + String.join(",", layers)
            + "]}";
    return blob(TarMaker.bytes(json));
  }

  private void layout(String... descriptors) {
    files.put("oci-layout", TarMaker.bytes("{\"imageLayoutVersion\":\"1.0.0\"}"));
    files.put(
        "index.json", TarMaker.bytes("{\"manifests\":[" + String.join(",", descriptors) + "]}"));
  }

  private List<String> twoLayers() throws Exception {
    byte[] lower =
        new TarMaker().directory("d", 0755).file("d/gone", "x").file("d/stays", "y").end();
    byte[] upper = new TarMaker().file("d/.wh.gone", "").file("new", "z").end();
    return List.of(
        descriptor("application/vnd.oci.image.layer.v1.tar+gzip", blob(ImportTestbed.gzip(lower))),
        descriptor("application/vnd.oci.image.layer.v1.tar+zstd", blob(ImportTestbed.zstd(upper))));
  }

  private Path writeLayout() throws Exception {
    Path directory = home.resolve("layout");
    for (var entry : files.entrySet()) {
      Path file = directory.resolve(entry.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, entry.getValue());
    }
    return directory;
  }

  private byte[] archive() {
    TarMaker tar = new TarMaker();
    files.forEach((name, content) -> tar.file(TarMaker.bytes("./" + name), 0644, content));
    return tar.end();
  }

  private void assertTwoLayers(ImageInfo image) throws Exception {
    List<Path> trees = bed.trees(image);
    assertThat(trees).hasSize(2);
    assertThat(trees.get(0).resolve("d/stays")).hasContent("y");
    assertThat(trees.get(1).resolve("d/.wh.gone")).exists();
    assertThat(trees.get(1).resolve("new")).hasContent("z");
    assertThat(bed.configs.read(image.id()))
        .contains(new ImageConfig(List.of("/init"), List.of("sh"), List.of("A=b"), "/w", "nobody"));
    assertThat(bed.images.onDisk()).hasSize(2);
  }

  @Test
  void importsALayoutDirectory() throws Exception {
    String digest = manifest(twoLayers());
    layout(descriptor("application/vnd.oci.image.manifest.v1+json", digest));
    ImageInfo image = bed.importPath(writeLayout());
    assertTwoLayers(image);
    assertThat(image.digest()).isEqualTo(digest);
  }

  @Test
  void importsAnArchiveOfALayout() throws Exception {
    layout(descriptor("application/vnd.oci.image.manifest.v1+json", manifest(twoLayers())));
    assertTwoLayers(bed.importArchive(ImportTestbed.gzip(archive())));
  }

  @Test
  void choosesThisMachinesImageFromAnIndex() throws Exception {
    String mine = "aarch64".equals(System.getProperty("os.arch")) ? "arm64" : "amd64";
    String own = descriptor("m", manifest(twoLayers()));
    String index =
        "{\"manifests\":["
            + own.replace(
                "}", ",\"platform\":{\"os\":\"linux\",\"architecture\":\"" + mine + "\"}}")
            + ",{\"digest\":\"sha256:"
            + "0".repeat(64)
            + "\",\"platform\":{\"os\":\"linux\",\"architecture\":\"s390x\"}}]}";
    layout(descriptor("application/vnd.oci.image.index.v1+json", blob(TarMaker.bytes(index))));
    assertTwoLayers(bed.importPath(writeLayout()));
  }

  @Test
  void importsWhatDockerSaved() throws Exception {
    byte[] layer = new TarMaker().file("f", "x").end();
    files.put(
        "a.json", TarMaker.bytes("{\"rootfs\":{\"diff_ids\":[\"sha256:" + hex(layer) + "\"]}}"));
    files.put("b/layer.tar", layer);
    files.put(
        "manifest.json",
        TarMaker.bytes(
            "[{\"Config\":\"a.json\",\"RepoTags\":[\"n:1\"],\"Layers\":[\"b/layer.tar\"]}]"));
    TarMaker tar = new TarMaker();
    for (String name : List.of("manifest.json", "a.json", "b/layer.tar")) {
      tar.file(TarMaker.bytes(name), 0644, files.get(name));
    }
    ImageInfo image = bed.importArchive(tar.end());
    assertThat(bed.tree(image).resolve("f")).hasContent("x");
  }

  @Test
  void refusesABlobThatIsNotWhatItsDigestSays() throws Exception {
    List<String> layers = twoLayers();
    layout(descriptor("m", manifest(layers)));
    String victim =
        files.keySet().stream()
            .filter(name -> name.startsWith("blobs") && layers.get(1).contains(name.substring(13)))
            .findFirst()
            .orElseThrow();
    files.put(victim, ImportTestbed.zstd(new TarMaker().file("new", "forged").end()));
    bed.assertRefused(archive(), "do not match its digest");
  }

  @Test
  void refusesLayoutsThatAreNotWhole() throws Exception {
    layout(descriptor("m", manifest(twoLayers())));
    files.keySet().removeIf(name -> name.startsWith("blobs"));
    bed.assertRefused(archive(), "missing");
    files.put("index.json", TarMaker.bytes("{]"));
    bed.assertRefused(archive(), "no JSON");
    layout();
    bed.assertRefused(archive(), "no image for linux");
    layout("{\"digest\":\"sha256:../../../../etc/passwd\"}");
    bed.assertRefused(archive(), "neither sha256 nor sha512");
  }

  @Test
  void refusesEncryptedLayersWithTheWayOut() throws Exception {
    byte[] layer = new TarMaker().file("f", "x").end();
    layout(
        descriptor(
            "m",
            manifest(
                List.of(
                    descriptor("application/vnd.oci.image.layer.v1.tar+encrypted", blob(layer))))));
    bed.assertRefused(archive(), "decrypt it first");
  }

  @Test
  void neverFollowsALayoutOutOfItself() throws Exception {
    Path secret = Files.writeString(home.resolve("secret"), "{\"manifests\":[]}");
    Path directory = Files.createDirectory(home.resolve("sly"));
    Files.writeString(directory.resolve("oci-layout"), "{}");
    Files.createSymbolicLink(directory.resolve("index.json"), secret);
    // Without a readable index it is a plain tree, and the link is kept as a link.
    ImageInfo image = bed.importPath(directory);
    assertThat(bed.tree(image).resolve("index.json")).isSymbolicLink();
  }

  @Test
  void refusesATakenOrImpossibleName() throws Exception {
    bed.importArchive(new TarMaker().file("f", "x").end());
    assertThatThrownBy(() -> bed.importArchive(new TarMaker().file("f", "x").end()))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.kind()).isEqualTo(RefusedException.Kind.TAKEN));
    assertThat(bed.images.onDisk()).hasSize(1);
  }
}
