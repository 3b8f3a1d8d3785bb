package ctrenc.e2e.harness;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** Makes archives of OCI images out of tar files, one a layer. */
public final class OciArchive {

  private static final int PART = 1 << 20;

  private final Path layout;

  private OciArchive(Path layout) {
    this.layout = layout;
  }

  /**
   * Writes the archive of an image called {@code name} to {@code target}; the lowest layer first.
   */
  public static Path write(Path target, String name, List<Path> layers) throws IOException {
    Path layout = Files.createTempDirectory(Path.of("/var/tmp"), "ctr-enc-oci");
    try {
      Files.createDirectories(layout.resolve("blobs/sha256"));
      new OciArchive(layout).make(name, layers);
      Command.of(
              "tar",
              "-C",
              layout.toString(),
              "-cf",
              target.toString(),
              "oci-layout",
              "index.json",
              "blobs")
          .ok();
      return target;
    } finally {
      Command.of("rm", "-r", layout.toString()).ok();
    }
  }

  /** A layer with busybox and its names, made by a script that may add to the tree it runs in. */
  public static Path busybox(Path target, String script) throws IOException {
    return layer(
        target,
        "mkdir -p bin etc tmp root; cp /bin/busybox bin; for n in sh cat echo ls sleep touch mkdir rm mv sync id dd seq true; do ln -s busybox bin/$n; done; echo root:x:0:0::/root:/bin/sh > etc/passwd\n"
            + script);
  }

  /** A layer with what a script makes in an empty directory. */
  public static Path layer(Path target, String script) throws IOException {
    Path tree = Files.createTempDirectory(Path.of("/var/tmp"), "ctr-enc-layer");
    try {
      Command.sh("cd " + tree + "; chmod 755 .\n" + script).ok();
      Command.of("tar", "--numeric-owner", "-C", tree.toString(), "-cf", target.toString(), ".")
          .ok();
      return target;
    } finally {
      Command.of("rm", "-r", tree.toString()).ok();
    }
  }

  private void make(String name, List<Path> layers) throws IOException {
    List<Blob> blobs = new ArrayList<>();
    for (Path layer : layers) {
      blobs.add(blob(layer));
    }
    String ids =
        blobs.stream().map(blob -> "\"" + blob.digest() + "\"").collect(Collectors.joining(","));
    Blob config =
        blob(
            "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Cmd\":[\"/bin/sh\"],\"Env\":[\"PATH=/usr/bin:/bin\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[%s]}}"
                .formatted(ids));
    String descriptors =
        blobs.stream()
            .map(blob -> blob.descriptor("application/vnd.oci.image.layer.v1.tar", ""))
            .collect(Collectors.joining(","));
    Blob manifest =
        blob(
            "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":%s,\"layers\":[%s]}"
                .formatted(
                    config.descriptor("application/vnd.oci.image.config.v1+json", ""),
                    descriptors));
    String annotation = ",\"annotations\":{\"io.containerd.image.name\":\"" + name + "\"}";
    Files.writeString(
        layout.resolve("index.json"),
        "{\"schemaVersion\":2,\"manifests\":[%s]}"
            .formatted(
                manifest.descriptor("application/vnd.oci.image.manifest.v1+json", annotation)));
    Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
  }

  private record Blob(String digest, long size) {
    String descriptor(String type, String more) {
      return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d%s}"
          .formatted(type, digest, size, more);
    }
  }

  private Blob blob(String text) throws IOException {
    return blob(Files.writeString(layout.resolve("text"), text));
  }

  private Blob blob(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] part = new byte[PART];
      for (int length = in.read(part); length >= 0; length = in.read(part)) {
        digest.update(part, 0, length);
      }
      String hex = HexFormat.of().formatHex(digest.digest());
      Files.copy(
          file, layout.resolve("blobs/sha256").resolve(hex), StandardCopyOption.REPLACE_EXISTING);
      return new Blob("sha256:" + hex, Files.size(file));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
