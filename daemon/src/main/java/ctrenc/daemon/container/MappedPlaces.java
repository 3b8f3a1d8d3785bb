package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.daemon.config.Directories;
import ctrenc.daemon.mounts.IdMapping;
import ctrenc.daemon.mounts.UserNamespace;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.MappedMounts;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Shows roots a second time, with owners as a user namespace has them: the kernel maps them both
 * ways, and the store knows those of the container. Every method is called with the container's
 * guard held.
 */
final class MappedPlaces {

  private final Directories directories;

  MappedPlaces(Directories directories) {
    this.directories = directories;
  }

  Path of(ManagedContainer container) {
    return directories.mapped(container.id());
  }

  /** Shows a root that is shown; does nothing where it is shown so already. */
  @GuardedBy("container.guard")
  Path show(ManagedContainer container, Path root, IdMapping mapping) throws IOException {
    Path place = of(container);
    if (!container.boundAt.contains(place)) {
      Files.createDirectories(place);
      bind(root, place, mapping);
      container.boundAt.add(place);
    }
    return place;
  }

  private static void bind(Path root, Path place, IdMapping mapping) throws IOException {
    try (Descriptor namespace = UserNamespace.of(mapping)) {
      MappedMounts.bind(FileOpener.bytesOf(root), FileOpener.bytesOf(place), namespace);
    } catch (SystemCallException e) {
      Files.deleteIfExists(place);
      if (e.is(ErrorNumber.EINVAL) || e.is(ErrorNumber.ENOSYS)) {
        throw new RefusedException(
            RefusedException.Kind.CONFLICT,
            "This kernel cannot map the owners of a root: that needs Linux 6.12, or leave --remap-labels out.",
            e);
      }
      throw e;
    }
  }

  /** After the root was taken down. */
  @GuardedBy("container.guard")
  void remove(ManagedContainer container) throws IOException {
    Files.deleteIfExists(of(container));
  }
}
