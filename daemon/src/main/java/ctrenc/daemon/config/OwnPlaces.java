package ctrenc.daemon.config;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The daemon's own directories, which have to exist. Keys and plain text lie there, and it grows
 * while it is read: nobody gets it as a lower or an image, and nothing is mounted over it.
 */
public record OwnPlaces(List<Path> directories) {

  /** Which directory one is, by whatever name. */
  public record Identity(int deviceMajor, int deviceMinor, long inode) {

    public static Identity of(FileStatus status) {
      return new Identity(status.deviceMajor(), status.deviceMinor(), status.inode());
    }
  }

  public static OwnPlaces of(Directories directories) {
    return new OwnPlaces(List.of(directories.state(), directories.run()));
  }

  /**
   * Refuses a path that is an own directory or lies in one. A root that is mounted in there is not
   * of it.
   *
   * @param named what the path is to be and as it was given, for the refusal
   * @param real the path without symbolic links
   * @throws RefusedException if it is one, or lies in one
   */
  public void requireOutside(String named, Path real) throws IOException {
    for (Path own : directories) {
      Path place = own.toRealPath();
      if (real.startsWith(place) && isOnOneFilesystem(place, real)) {
        throw RefusedException.invalid(
            named
                + " lies in the daemon's own directory "
                + own
                + ", where keys are: choose another.");
      }
    }
  }

  /** The own directory that nobody would see any more if something were mounted at a path. */
  public Optional<Path> below(Path target) throws IOException {
    Path real = target.toRealPath();
    for (Path own : directories) {
      if (own.toRealPath().startsWith(real)) {
        return Optional.of(own);
      }
    }
    return Optional.empty();
  }

  public Set<Identity> identities() throws IOException {
    Set<Identity> identities = new HashSet<>();
    for (Path own : directories) {
      try (Descriptor directory = FileOpener.open(own, OpenFlag.READ_ONLY | OpenFlag.DIRECTORY)) {
        identities.add(Identity.of(FileStatus.of(directory)));
      }
    }
    return identities;
  }

  private static boolean isOnOneFilesystem(Path one, Path other) throws IOException {
    return Files.getAttribute(one, "unix:dev").equals(Files.getAttribute(other, "unix:dev"));
  }
}
