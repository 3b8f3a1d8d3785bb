package ctrenc.daemon.container;

import ctrenc.daemon.config.Directories;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.TreeRemover;
import ctrenc.proto.v1.ContainerSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Set;

/**
 * Directories into which programs put the files of backups, until they are whole: each is to become
 * a root of its name. What is in them is sealed, and they stay over a restart. Thread-safe.
 */
public final class StagedRestores {

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Directories directories;
  private final ContainerRegistry registry;

  StagedRestores(Directories directories, ContainerRegistry registry) {
    this.directories = directories;
    this.registry = registry;
  }

  /** The directory for a root of this name, which is made where there is none yet. */
  public Path begin(String name) throws IOException {
    SpecCheck.container(ContainerSpec.newBuilder().setName(name).build());
    if (name.isEmpty()) {
      throw RefusedException.invalid("The root that is restored needs a name.");
    }
    registry.requireFree(name);
    Path directory = directories.restoring().resolve(name);
    Files.createDirectories(directories.restoring(), OWNER_ONLY);
    if (!Files.isDirectory(directory)) {
      Files.createDirectory(directory, OWNER_ONLY);
      requireAttributes(directory);
    }
    return directory;
  }

  /** Half of a backup is in the attributes of its files. */
  private static void requireAttributes(Path directory) throws IOException {
    String probe = "ctr-enc-probe";
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(directory, UserDefinedFileAttributeView.class);
    try {
      view.write(probe, ByteBuffer.wrap(new byte[1]));
      view.delete(probe);
    } catch (IOException e) {
      Files.delete(directory);
      throw new RefusedException(
          RefusedException.Kind.CONFLICT,
          "The state directory's filesystem keeps no extended attributes of the kind 'user.': restore"
              + " an archive instead.",
          e);
    }
  }

  /**
   * The directory that was made for a name.
   *
   * @throws RefusedException if none was
   */
  Path find(String name) throws RefusedException {
    Path directory = directories.restoring().resolve(name).normalize();
    boolean isThere =
        directories.restoring().equals(directory.getParent()) && Files.isDirectory(directory);
    if (!isThere) {
      throw RefusedException.absent(
          "No restore of " + name + " was begun: say 'ctr-enc restore --begin " + name + "'.");
    }
    return directory;
  }

  /** Removes what was put there. */
  public void drop(String name) throws IOException {
    TreeRemover.remove(find(name));
  }
}
