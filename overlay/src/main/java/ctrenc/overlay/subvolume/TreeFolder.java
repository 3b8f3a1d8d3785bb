package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.HostTree;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The directory {@code images/}: one directory per unpacked tree, named by a random UUID.
 * Thread-safe.
 */
final class TreeFolder {

  private final Path folder;

  TreeFolder(Path folder) {
    this.folder = folder;
  }

  Path newTree() throws IOException {
    Path tree = folder.resolve(UUID.randomUUID().toString());
    return Files.createDirectory(
        tree, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** The name of a tree that lies here. */
  String nameOf(Path tree) throws IOException {
    Path name = tree.getFileName();
    if (name == null || !folder.resolve(name).equals(tree) || !Files.isDirectory(tree)) {
      throw new IOException("The directory " + tree + " is no tree of this store.");
    }
    return name.toString();
  }

  void remove(String name) throws IOException {
    TreeRemover.remove(folder.resolve(name));
  }

  /** What a tree that somebody else keeps below the state directory is called in the catalog. */
  String nameOfShared(Path tree) throws IOException {
    Path state = folder.resolveSibling("");
    if (!tree.startsWith(state) || tree.startsWith(folder) || !Files.isDirectory(tree)) {
      throw new IOException("The directory " + tree + " is none that can be shared.");
    }
    return state.relativize(tree).toString();
  }

  /** Opens the trees of a layer for reading; the caller closes them. */
  List<HostTree> open(LayerRecord layer) throws IOException {
    Path home = layer.kind() == LayerRecord.Kind.SHARED_TREES ? folder.resolveSibling("") : folder;
    List<HostTree> trees = new ArrayList<>();
    try {
      for (String name : layer.trees()) {
        trees.add(HostTree.open(home.resolve(name)));
      }
      return trees;
    } catch (IOException | RuntimeException e) {
      for (HostTree tree : trees) {
        tree.close();
      }
      throw e;
    }
  }

  /** The names of all trees. */
  Set<String> names() throws IOException {
    Set<String> names = new HashSet<>();
    try (DirectoryStream<Path> trees = Files.newDirectoryStream(folder)) {
      trees.forEach(tree -> names.add(String.valueOf(tree.getFileName())));
    }
    return names;
  }

  /** Removes every tree that is not claimed. */
  void removeUnclaimed(Set<String> claimed) throws IOException {
    List<Path> unclaimed = new ArrayList<>();
    try (DirectoryStream<Path> trees = Files.newDirectoryStream(folder)) {
      for (Path tree : trees) {
        if (!claimed.contains(String.valueOf(tree.getFileName()))) {
          unclaimed.add(tree);
        }
      }
    }
    for (Path tree : unclaimed) {
      TreeRemover.remove(tree);
    }
  }

  /** Returns when everything in all trees survives power loss. */
  void sync() throws IOException {
    try (Descriptor directory = FileOpener.open(folder, OpenFlag.DIRECTORY)) {
      FileData.syncFileSystem(directory);
    }
  }
}
