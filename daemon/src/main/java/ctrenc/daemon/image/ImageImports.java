package ctrenc.daemon.image;

import com.github.luben.zstd.ZstdIOException;
import ctrenc.daemon.config.Directories;
import ctrenc.daemon.config.OwnPlaces;
import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.ImageInfo;
import ctrenc.overlay.subvolume.Images;
import ctrenc.overlay.subvolume.InUseException;
import ctrenc.proto.v1.DevicePolicy;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.ZipException;

/**
 * Imports images, whatever form they come in. An import that fails leaves nothing behind.
 * Thread-safe.
 */
public final class ImageImports {

  private static final FactLog LOG = FactLog.of(ImageImports.class);
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_./:@+-]{0,254}");

  private final Images images;
  private final ImageConfigs configs;
  private final long reserve;
  private final OwnPlaces own;

  /**
   * @param reserve bytes that stay free on the disk
   * @param own what shows empty in an image of a directory that holds it
   */
  public ImageImports(Images images, ImageConfigs configs, long reserve, OwnPlaces own) {
    this.images = images;
    this.configs = configs;
    this.reserve = reserve;
    this.own = own;
  }

  /** Into the store of a daemon. */
  public static ImageImports of(Images images, Directories directories, long reserve) {
    return new ImageImports(
        images, new ImageConfigs(directories.imageConfigs()), reserve, OwnPlaces.of(directories));
  }

  /**
   * Imports what lies at {@code source} on this machine: a tree, an image layout, or an archive.
   */
  public ImageInfo importPath(
      String name, Path source, DevicePolicy devices, ImportProgress progress) throws IOException {
    if (!source.isAbsolute() || !Files.exists(source)) {
      throw RefusedException.invalid(
          "The source "
              + source
              + " is not an absolute path of something that exists on this machine.");
    }
    own.requireOutside("The source " + source, source.toRealPath());
    if (Files.isDirectory(source)) {
      return guarded(name, trees(devices, progress), trees -> trees.directory(source));
    }
    try (InputStream in = Files.newInputStream(source)) {
      return importStream(name, in, devices, progress);
    }
  }

  /**
   * Imports an archive: a root's tar, or an image as an OCI or Docker archive; plain or compressed.
   */
  public ImageInfo importStream(
      String name, InputStream archive, DevicePolicy devices, ImportProgress progress)
      throws IOException {
    return guarded(name, trees(devices, progress), trees -> trees.archive(archive));
  }

  private ImageTrees trees(DevicePolicy devices, ImportProgress progress) {
    return new ImageTrees(images, devices, reserve, own, progress);
  }

  /** Unpacks an image into trees. */
  @FunctionalInterface
  private interface Unpacking {
    PackedImage unpack(ImageTrees trees) throws IOException;
  }

  private ImageInfo guarded(String wantedName, ImageTrees trees, Unpacking unpacking)
      throws IOException {
    try (trees) {
      if (!wantedName.isEmpty()) {
        checkName(wantedName);
      }
      PackedImage packed = unpacking.unpack(trees);
      String name = wantedName.isEmpty() ? packed.name() : wantedName;
      checkName(name);
      ImageInfo added = trees.add(name, packed.digest());
      keepConfig(added, packed.config());
      LOG.info("image imported", "image", added.id(), "files", added.files());
      return added;
    } catch (EOFException e) {
      throw new RefusedException(
          RefusedException.Kind.INVALID,
          "The archive is cut off: its compressed data ends early.",
          e);
    } catch (ZipException | ZstdIOException e) {
      throw new RefusedException(
          RefusedException.Kind.INVALID,
          "The archive is damaged or cut off: its compressed data does not unfold ("
              + e.getMessage()
              + ").",
          e);
    }
  }

  private void checkName(String name) throws RefusedException {
    if (name.isEmpty()) {
      throw RefusedException.invalid("The image brings no name of its own: give it one.");
    }
    if (!NAME.matcher(name).matches()) {
      throw RefusedException.invalid(
          "An image's name has 1 to 255 letters, digits and . _ - / : @ +, and starts with a letter or digit.");
    }
    if (images.list().stream().anyMatch(image -> image.name().equals(name))) {
      throw RefusedException.taken(
          "An image named "
              + name
              + " exists: choose another name, or remove it with: ctr-enc image rm "
              + name);
    }
  }

  private void keepConfig(ImageInfo image, ImageConfig config) throws IOException {
    if (config.equals(ImageConfig.NOTHING)) {
      return;
    }
    boolean isKept = false;
    try {
      configs.write(image.id(), config);
      isKept = true;
    } finally {
      if (!isKept) {
        images.remove(image);
      }
    }
  }

  /** Removes an image by name, id, or a prefix of the id. */
  public ImageInfo remove(String reference) throws IOException {
    Optional<ImageInfo> found = images.find(reference);
    ImageInfo image =
        found.orElseThrow(
            () ->
                RefusedException.absent(
                    "There is no image "
                        + reference
                        + ": ctr-enc image ls lists those there are."));
    try {
      images.remove(image);
    } catch (InUseException e) {
      throw new RefusedException(
          RefusedException.Kind.CONFLICT,
          "The image "
              + image.name()
              + " lies under a container: ctr-enc ps shows under which, remove those first.",
          e);
    }
    configs.remove(image.id());
    return image;
  }
}
