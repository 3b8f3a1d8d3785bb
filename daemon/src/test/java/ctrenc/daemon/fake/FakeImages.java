package ctrenc.daemon.fake;

import ctrenc.overlay.subvolume.AlreadyExistsException;
import ctrenc.overlay.subvolume.ImageInfo;
import ctrenc.overlay.subvolume.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Images as lists of directories; whiteouts stay as they are. */
public final class FakeImages implements Images {

  private final Path directory;
  private final Map<UUID, ImageInfo> known = new LinkedHashMap<>();
  private final Map<UUID, List<Path>> trees = new LinkedHashMap<>();

  FakeImages(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
  }

  @Override
  public synchronized Path newTree() throws IOException {
    return Files.createDirectory(directory.resolve(UUID.randomUUID().toString()));
  }

  @Override
  public synchronized void dropTree(Path tree) throws IOException {
    Trees.remove(tree);
  }

  @Override
  public synchronized ImageInfo add(
      String name, String digest, List<Path> lowestFirst, Progress progress) throws IOException {
    if (known.values().stream().anyMatch(image -> image.name().equals(name))) {
      throw new AlreadyExistsException("An image named " + name + " exists.");
    }
    long files = 0;
    long bytes = 0;
    for (Path tree : lowestFirst) {
      try (Stream<Path> paths = Files.walk(tree)) {
        for (Path path : paths.toList()) {
          files++;
          bytes += Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? Files.size(path) : 0;
        }
      }
    }
    progress.files(files);
    ImageInfo image = new ImageInfo(UUID.randomUUID(), name, digest, Instant.now(), files, bytes);
    known.put(image.id(), image);
    trees.put(image.id(), List.copyOf(lowestFirst));
    return image;
  }

  @Override
  public ImageInfo addShared(String name, String digest, List<Path> lowestFirst, Progress progress)
      throws IOException {
    return add(name, digest, lowestFirst, progress);
  }

  /** The trees of an image, lowest first. */
  public synchronized List<Path> trees(UUID image) {
    return trees.getOrDefault(image, List.of());
  }

  /** What lies on the disk, of images or of imports under way. */
  public synchronized List<Path> onDisk() throws IOException {
    try (Stream<Path> paths = Files.list(directory)) {
      return new ArrayList<>(paths.toList());
    }
  }

  @Override
  public synchronized List<ImageInfo> list() {
    return List.copyOf(known.values());
  }

  @Override
  public synchronized Optional<ImageInfo> find(String reference) {
    return known.values().stream()
        .filter(i -> i.name().equals(reference) || i.id().toString().startsWith(reference))
        .findFirst();
  }

  @Override
  public synchronized void remove(ImageInfo image) throws IOException {
    known.remove(image.id());
    for (Path tree : trees.getOrDefault(image.id(), List.of())) {
      Trees.remove(tree);
    }
    trees.remove(image.id());
  }
}
