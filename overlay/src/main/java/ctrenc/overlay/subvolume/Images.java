package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The images of a store: read-only trees that lie readable on the host, indexed once. Thread-safe.
 */
public interface Images {

  /**
   * A fresh, empty directory on the store's disk into which the caller unpacks one layer of an
   * image.
   */
  Path newTree() throws IOException;

  /** Throws a directory of {@link #newTree} away that will not become an image. */
  void dropTree(Path tree) throws IOException;

  /**
   * Indexes trees, the lowest first, into one image. OCI whiteouts ({@code .wh.} names) and
   * overlayfs whiteouts (0:0 devices, opaque attributes) in upper trees are resolved. The store
   * takes the trees over.
   *
   * @throws AlreadyExistsException if the name is taken
   */
  ImageInfo add(String name, String digest, List<Path> trees, Progress progress) throws IOException;

  /**
   * The same of trees elsewhere below the state directory, which stay the caller's. He neither
   * changes nor removes them while the image is there.
   *
   * @throws AlreadyExistsException if the name is taken
   */
  ImageInfo addShared(String name, String digest, List<Path> trees, Progress progress)
      throws IOException;

  List<ImageInfo> list();

  /** By name, id, or a prefix of the id that only one image has. */
  Optional<ImageInfo> find(String reference);

  /**
   * @throws InUseException while a subvolume is built on it
   */
  void remove(ImageInfo image) throws IOException;

  /** Is told how many files are indexed so far. */
  @FunctionalInterface
  interface Progress {
    void files(long indexed);
  }
}
