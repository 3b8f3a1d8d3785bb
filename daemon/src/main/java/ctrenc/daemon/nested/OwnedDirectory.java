package ctrenc.daemon.nested;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Resolve;
import ctrenc.overlay.sys.SystemCallException;
import java.nio.charset.StandardCharsets;

/**
 * Finds what is nested in a container's root by a path that a caller inside names. Nothing of it is
 * opened, and the walk leaves neither the root nor its mount.
 */
final class OwnedDirectory {

  private static final long WITHIN =
      Resolve.BENEATH | Resolve.NO_SYMLINKS | Resolve.NO_MAGIC_LINKS | Resolve.NO_MOUNTS;

  private OwnedDirectory() {}

  /**
   * The inode number of a nested subvolume's root directory.
   *
   * @param path absolute, where {@code root} is the top
   * @param uid who has to own it, if it is not root
   * @throws RefusedException if there is none there, or it is another's, which is not told apart
   */
  static long find(SubvolumeRoot root, String path, int uid) throws RefusedException {
    byte[] relative = path.replaceFirst("^/+", "").getBytes(StandardCharsets.UTF_8);
    int flags = OpenFlag.PATH | OpenFlag.DIRECTORY | OpenFlag.NO_FOLLOW;
    try (SubvolumeRoot found =
        SubvolumeRoot.of(FileOpener.openResolved(root.descriptor(), relative, flags, 0, WITHIN))) {
      if (found.isNestedIn(root) && found.isTop() && (uid == 0 || uid == found.status().uid())) {
        return found.status().inode();
      }
    } catch (SystemCallException e) {
      throw new RefusedException(RefusedException.Kind.ABSENT, none(path), e);
    }
    throw RefusedException.absent(none(path));
  }

  private static String none(String path) {
    return "No nested subvolume of yours shows at " + path + ": see 'ctr-enc ls'.";
  }
}
