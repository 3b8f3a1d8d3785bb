package ctrenc.daemon.nested;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.vfs.Attributes;
import java.util.Optional;

/**
 * Finds what is nested in a container's root by a path that a caller inside names. Nothing of it is
 * opened, and the walk leaves neither the root nor its mount.
 */
final class OwnedDirectory {

  private OwnedDirectory() {}

  /**
   * The inode number of a nested subvolume's root directory.
   *
   * @param path absolute, where {@code root} is the top
   * @param uid who has to own it, if it is not root
   * @throws RefusedException if there is none there, or it is another's, which is not told apart
   */
  static long find(NestedTree tree, SubvolumeRoot root, String path, int uid)
      throws RefusedException {
    Optional<Attributes> found =
        tree.directory(root.inode(), path)
            .filter(at -> SubvolumeRoot.isApart(at.inode(), root.inode()))
            .filter(at -> SubvolumeRoot.isTop(at.inode()))
            .filter(at -> uid == 0 || uid == at.uid());
    if (found.isEmpty()) {
      throw RefusedException.absent(
          "No nested subvolume of yours shows at " + path + ": see 'ctr-enc ls'.");
    }
    return found.get().inode();
  }
}
