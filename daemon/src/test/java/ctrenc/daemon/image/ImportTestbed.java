package ctrenc.daemon.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import ctrenc.daemon.config.OwnPlaces;
import ctrenc.daemon.fake.FakeImages;
import ctrenc.daemon.fake.FakeStore;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.ImageInfo;
import ctrenc.proto.v1.DevicePolicy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** An importer into a fake store, and what is asked of it again and again. */
final class ImportTestbed {

  static final ImportProgress SILENT =
      new ImportProgress() {
        @Override
        public void unpacked(long bytes) {}

        @Override
        public void indexed(long files) {}
      };

  final FakeImages images;
  final ImageConfigs configs;
  private final ImageImports imports;

  /** The daemon's own directory. */
  final Path own;

  ImportTestbed(Path home, long reserve) throws IOException {
    images = new FakeStore(home.resolve("store")).fakeImages();
    configs = new ImageConfigs(Files.createDirectories(home.resolve("configs")));
    own = Files.createDirectories(home.resolve("own"));
    imports = new ImageImports(images, configs, reserve, new OwnPlaces(List.of(own)));
  }

  ImageInfo importArchive(byte[] archive) throws IOException {
    return importArchive(archive, DevicePolicy.DEVICE_POLICY_REFUSE);
  }

  ImageInfo importArchive(byte[] archive, DevicePolicy devices) throws IOException {
    return imports.importStream("image", new ByteArrayInputStream(archive), devices, SILENT);
  }

  ImageInfo importPath(Path source) throws IOException {
    return imports.importPath("image", source, DevicePolicy.DEVICE_POLICY_REFUSE, SILENT);
  }

  /** The one tree of an image that has one layer. */
  Path tree(ImageInfo image) {
    return trees(image).getFirst();
  }

  List<Path> trees(ImageInfo image) {
    return images.trees(image.id());
  }

  /** The import must fail with one sentence that holds {@code words}, and leave nothing. */
  void assertRefused(byte[] archive, String words) throws IOException {
    assertThatThrownBy(() -> importArchive(archive))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.kind()).isEqualTo(RefusedException.Kind.INVALID))
        .hasMessageContaining(words);
    assertNothingLeft();
  }

  void assertNothingLeft() throws IOException {
    assertThat(images.onDisk()).isEmpty();
    assertThat(images.list()).isEmpty();
  }

  static byte[] gzip(byte[] plain) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static byte[] zstd(byte[] plain) {
    return Zstd.compress(plain);
  }
}
