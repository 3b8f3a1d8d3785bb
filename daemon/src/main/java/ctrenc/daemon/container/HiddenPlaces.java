package ctrenc.daemon.container;

import ctrenc.daemon.config.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the daemon's own directories would show in a root that is built on a directory of the host.
 * The machine key lies there, so a container sees them empty.
 */
final class HiddenPlaces {

  private final Directories directories;

  HiddenPlaces(Directories directories) {
    this.directories = directories;
  }

  /** Paths as the container sees them. */
  List<Path> in(ManagedContainer.Identity container) throws IOException {
    if (!container.spec().getBase().hasHostDirectory()) {
      return List.of();
    }
    Path base = Path.of(container.spec().getBase().getHostDirectory()).toRealPath();
    List<Path> places = new ArrayList<>();
    for (Path own : List.of(directories.state(), directories.run())) {
      Path real = own.toRealPath();
      // What is mounted below the base does not show in it at all.
      if (real.startsWith(base) && !real.equals(base) && isOnOneFilesystem(base, real)) {
        places.add(Path.of("/").resolve(base.relativize(real)));
      }
    }
    return places;
  }

  private static boolean isOnOneFilesystem(Path base, Path place) throws IOException {
    return Files.getAttribute(base, "unix:dev").equals(Files.getAttribute(place, "unix:dev"));
  }
}
