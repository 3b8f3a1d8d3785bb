package ctrenc.daemon.container;

import ctrenc.daemon.config.OwnPlaces;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.Base;
import ctrenc.overlay.subvolume.ImageInfo;
import ctrenc.overlay.subvolume.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds what a new container's upper is pushed on. */
final class BaseFinder {

  /** {@code name} is what a person calls it; {@code image} is there where it is one. */
  record Found(Base base, String name, Optional<ImageInfo> image) {}

  private final Images images;
  private final OwnPlaces own;

  BaseFinder(Images images, OwnPlaces own) {
    this.images = images;
    this.own = own;
  }

  Found find(ctrenc.proto.v1.Base wanted) throws IOException {
    return switch (wanted.getBaseCase()) {
      case IMAGE -> image(wanted.getImage());
      case HOST_DIRECTORY -> host(wanted.getHostDirectory());
      case EMPTY -> new Found(new Base.Empty(), "", Optional.empty());
      case OWN ->
          throw RefusedException.invalid(
              "A root of one's own is what processes in containers have: give an image, --host or --lower DIRECTORY.");
      case BASE_NOT_SET ->
          throw RefusedException.invalid(
              "Nothing is named to build the root on: give an image, --host or --lower DIRECTORY.");
    };
  }

  private Found image(String reference) throws RefusedException {
    ImageInfo image =
        images
            .find(reference)
            .orElseThrow(
                () ->
                    RefusedException.absent(
                        "There is no image "
                            + reference
                            + ": ctr-enc image ls lists those there are, ctr-enc image import brings one in."));
    return new Found(new Base.Image(image.id()), image.name(), Optional.of(image));
  }

  private Found host(String directory) throws IOException {
    Path path = Path.of(directory);
    if (!path.isAbsolute() || !Files.isDirectory(path)) {
      throw RefusedException.invalid(
          "The lower " + directory + " is not an absolute path of a directory on this machine.");
    }
    Path real = path.toRealPath();
    own.requireOutside("The lower " + directory, real);
    return new Found(new Base.HostTree(real), real.toString(), Optional.empty());
  }
}
