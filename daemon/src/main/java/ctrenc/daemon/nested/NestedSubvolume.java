package ctrenc.daemon.nested;

import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.proto.v1.Base;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A subvolume that hangs in the top directory of another one, made and destroyed by the hidden
 * directory that every process has for it (overlay/SEMANTICS.md).
 */
final class NestedSubvolume {

  private static final FactLog LOG = FactLog.of(NestedSubvolume.class);
  private static final Path HIDDEN = Path.of(".ctr-enc");
  private static final int TRIES = 20;

  /** A fork leaves the stack that it is of one layer deeper, and lookups go through all of them. */
  private static final int MOST_LAYERS = 512;

  private NestedSubvolume() {}

  /** Who called, as the kernel of the host knows him. */
  record Owner(int uid, int gid) {}

  static SubvolumeRoot make(SubvolumeRoot parent, String name, Base base, Owner owner)
      throws IOException {
    if (base.hasOwn()) {
      requireShallow(parent);
    }
    try {
      Files.createDirectory(parent.path().resolve(HIDDEN).resolve(place(base)).resolve(name));
    } catch (NoSuchFileException e) {
      throw new RefusedException(
          RefusedException.Kind.ABSENT,
          "There is no image "
              + base.getImage()
              + ": ask who runs the daemon for the names of those there are.",
          e);
    }
    SubvolumeRoot made = SubvolumeRoot.open(parent.path().resolve(name));
    if (!made.isNestedIn(parent)) {
      made.close();
      throw RefusedException.conflict("What was made was moved away: call again.");
    }
    give(made, owner);
    return made;
  }

  private static void give(SubvolumeRoot made, Owner owner) throws IOException {
    boolean isOwned = false;
    try {
      Files.setAttribute(made.path(), "unix:uid", owner.uid());
      Files.setAttribute(made.path(), "unix:gid", owner.gid());
      // Nobody else is inside; and nobody outside, but who is above, is to look in.
      Files.setPosixFilePermissions(made.path(), PosixFilePermissions.fromString("rwx------"));
      isOwned = true;
    } finally {
      if (!isOwned) {
        destroy(made);
      }
    }
  }

  private static Path place(Base base) throws RefusedException {
    return switch (base.getBaseCase()) {
      case OWN -> Path.of("forks");
      case EMPTY -> Path.of("subvolumes");
      case IMAGE -> Path.of("images").resolve(imageName(base.getImage()));
      case HOST_DIRECTORY, BASE_NOT_SET ->
          throw RefusedException.invalid(
              "Inside a container the base is its own root, an image, or nothing: name one of them.");
    };
  }

  private static String imageName(String name) throws RefusedException {
    if (name.isEmpty() || name.contains("/") || name.equals(".") || name.equals("..")) {
      throw RefusedException.absent("There is no image " + name + ": give the name of one.");
    }
    return name;
  }

  /** What a subvolume is called in the store. */
  static String id(SubvolumeRoot root) throws IOException {
    return told(root, "subvolume");
  }

  private static void requireShallow(SubvolumeRoot root) throws IOException {
    if (Integer.parseInt(told(root, "layers")) > MOST_LAYERS) {
      throw RefusedException.full(
          "This container's root was forked so often that it is slow: have it flattened on the host (ctr-enc flatten), or use an image.");
    }
  }

  /** What a subvolume tells of itself by a name. */
  private static String told(SubvolumeRoot root, String name) throws IOException {
    return Files.readAllLines(root.path().resolve(HIDDEN).resolve("info")).stream()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> line.substring(name.length() + 1))
        .findFirst()
        .orElseThrow(() -> new IOException("A subvolume does not tell its " + name + "."));
  }

  /**
   * Destroys one, wherever it was renamed to, its key first, and closes it. Whoever may write above
   * it may go on renaming; he only keeps what is his own from being cleaned up before his container
   * ends.
   */
  static void destroy(SubvolumeRoot root) throws IOException {
    try (root) {
      for (int attempt = 0; attempt < TRIES; attempt++) {
        Path above = root.path().resolve("..").resolve(HIDDEN).resolve("subvolumes");
        try {
          Files.delete(above.resolve(root.name()));
          return;
        } catch (NoSuchFileException _) {
          if (!Files.exists(root.path().resolve(HIDDEN))) {
            return; // Someone inside has destroyed it.
          }
        }
      }
    }
    LOG.warn("nested subvolume was not destroyed", "inode", root.status().inode());
  }
}
