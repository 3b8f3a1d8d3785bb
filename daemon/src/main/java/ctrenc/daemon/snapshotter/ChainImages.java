package ctrenc.daemon.snapshotter;

import ctrenc.daemon.log.FactLog;
import ctrenc.overlay.subvolume.Base;
import ctrenc.overlay.subvolume.ImageInfo;
import ctrenc.overlay.subvolume.Images;
import ctrenc.overlay.subvolume.InUseException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The indexes of plain chains, each merged once into an image of the store, on which roots are
 * built. One that is missing is made when it is needed. Thread-safe for different chains.
 */
final class ChainImages {

  private static final FactLog LOG = FactLog.of(ChainImages.class);
  private static final String PREFIX = "containerd-";
  private static final String DIGEST = "sha256:";

  private final Images images;
  private final PlainTrees trees;

  ChainImages(Images images, PlainTrees trees) {
    this.images = images;
    this.trees = trees;
  }

  /**
   * What roots on a committed plain snapshot are built on.
   *
   * @param below what the snapshot stands on, the newest first
   */
  Base of(Snapshot top, List<Snapshot> below) throws IOException {
    Optional<ImageInfo> known = find(top.number());
    if (known.isPresent()) {
      return new Base.Image(known.get().id());
    }
    List<Path> lowestFirst = new ArrayList<>();
    below.reversed().forEach(snapshot -> lowestFirst.add(trees.tree(snapshot.number())));
    lowestFirst.add(trees.tree(top.number()));
    long began = System.nanoTime();
    ImageInfo made =
        images.addShared(PREFIX + top.number(), digest(top.name()), lowestFirst, files -> {});
    long millis = (System.nanoTime() - began) / 1_000_000;
    LOG.info(
        "chain indexed",
        "snapshot",
        top.number(),
        "layers",
        lowestFirst.size(),
        "files",
        made.files(),
        "millis",
        millis);
    return new Base.Image(made.id());
  }

  /** A committed layer of an image is called by the digest of its chain. */
  private static String digest(String name) {
    int at = name.lastIndexOf(DIGEST);
    return at < 0 ? "" : name.substring(at);
  }

  private Optional<ImageInfo> find(long number) {
    return images.list().stream().filter(image -> image.name().equals(PREFIX + number)).findFirst();
  }

  /**
   * Forgets an index; does nothing where there is none.
   *
   * @throws InUseException while a root is built on it
   */
  void remove(long number) throws IOException {
    Optional<ImageInfo> known = find(number);
    if (known.isPresent()) {
      images.remove(known.get());
    }
  }

  /** The numbers of the snapshots that have an index. */
  Set<Long> numbers() {
    Set<Long> numbers = new HashSet<>();
    for (ImageInfo image : images.list()) {
      String name = image.name();
      if (name.startsWith(PREFIX) && name.substring(PREFIX.length()).matches("\\d{1,18}")) {
        numbers.add(Long.parseLong(name.substring(PREFIX.length())));
      }
    }
    return numbers;
  }
}
