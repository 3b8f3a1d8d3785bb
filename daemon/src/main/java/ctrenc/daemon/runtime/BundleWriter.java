package ctrenc.daemon.runtime;

import com.google.gson.JsonObject;
import ctrenc.daemon.config.Directories;
import ctrenc.proto.v1.Network;
import ctrenc.proto.v1.ProcessSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes and removes the bundles of containers. They hold arguments and environments, so they lie
 * in the run directory alone. Thread-safe.
 */
public final class BundleWriter {

  /** By this name the runtime looks for what to start. */
  static final String CONFIG = "config.json";

  private static final Path RESOLVER = Path.of("/etc/resolv.conf");

  private static final Duration USED_UP = Duration.ofMinutes(10);

  private final Directories directories;

  public BundleWriter(Directories directories) {
    this.directories = directories;
  }

  /** The files of a container that is to run. */
  public void write(ContainerBundle draft) throws IOException {
    Path bundle = directories.bundle(draft.id());
    Files.createDirectories(
        bundle, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    ContainerBundle whole =
        new ContainerBundle(
            draft.id(),
            draft.root(),
            draft.spec(),
            draft.process(),
            draft.user(),
            draft.hidden(),
            resolver(bundle, draft),
            draft.nesting());
    Files.writeString(bundle.resolve(CONFIG), whole.json().toString());
  }

  /** A copy: a container that writes to its /etc/resolv.conf does not write to the host's. */
  private static Optional<Path> resolver(Path bundle, ContainerBundle draft) throws IOException {
    if (draft.spec().getNetwork() != Network.NETWORK_HOST || draft.spec().getReadOnly()) {
      return Optional.empty();
    }
    Path copy = bundle.resolve("resolv.conf");
    try {
      Files.write(copy, Files.readAllBytes(RESOLVER));
      return Optional.of(copy);
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  /** The file of one more process in a running container. */
  public Path writeProcess(String container, ProcessSpec process, ContainerUser user)
      throws IOException {
    sweep(directories.bundle(container));
    JsonObject json = ProcessSettings.json(process, user);
    Path file = directories.bundle(container).resolve("exec-" + UUID.randomUUID() + ".json");
    return Files.writeString(file, json.toString());
  }

  /** The runtime reads such a file when it starts; who asks for many processes leaves many. */
  private static void sweep(Path bundle) throws IOException {
    Instant old = Instant.now().minus(USED_UP);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(bundle, "exec-*")) {
      for (Path file : files) {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(old)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  public void remove(String container) throws IOException {
    Path bundle = directories.bundle(container);
    if (!Files.isDirectory(bundle, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> files = Files.walk(bundle)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
