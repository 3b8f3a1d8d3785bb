package ctrenc.daemon.nested;

import ctrenc.daemon.config.Directories;
import ctrenc.daemon.config.Settings;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.TreeRemover;
import ctrenc.proto.v1.BindMount;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The containers in which processes may run containers of their own. Thread-safe. */
public final class NestedContainers {

  private static final String PROGRAM = "program";

  /** Answers at a socket, which everybody may connect to, whom a scope admits. */
  @FunctionalInterface
  public interface Listening {
    AutoCloseable at(Path socket, NestedScope scope) throws IOException;
  }

  /** Makes it for a daemon whose containers' keys these are. */
  @FunctionalInterface
  public interface Making {
    NestedContainers with(NestedKeys keys);
  }

  private final Path directory;
  private final Listening listening;
  private final NestedProgram program;
  private final boolean isOffered;
  private final Map<String, NestedScope> scopes = new ConcurrentHashMap<>();

  public NestedContainers(Directories directories, Settings settings, Listening listening) {
    this.directory = directories.nested();
    this.listening = listening;
    this.program = new NestedProgram(directory.resolve(PROGRAM), settings);
    this.isOffered = !settings.keeper();
  }

  /** Removes what an earlier daemon left. */
  public static void clear(Directories directories) throws IOException {
    try (DirectoryStream<Path> left =
        Files.newDirectoryStream(directories.nested(), Files::isDirectory)) {
      for (Path one : left) {
        TreeRemover.remove(one);
      }
    }
  }

  /**
   * Opens the socket of a container that is about to run.
   *
   * @param root where its root is shown
   * @return what it gets bound into it
   */
  public List<BindMount> open(String container, Path root) throws IOException {
    if (!isOffered) {
      throw RefusedException.conflict(
          "Containers whose roots outlive the daemon run no others: leave out --nesting, or the setting keeper.");
    }
    Path sockets = directory.resolve(container);
    List<BindMount> mounts = program.mounts(sockets);
    NestedScope.Shared shared =
        new NestedScope.Shared(
            container, new ContainerProcesses(container), listening, new AtomicInteger());
    SubvolumeRoot top = SubvolumeRoot.open(root);
    boolean isOpen = false;
    try {
      scopes.put(container, NestedScope.open(shared, top, sockets));
      isOpen = true;
      return mounts;
    } finally {
      if (!isOpen) {
        top.close();
        TreeRemover.remove(sockets);
      }
    }
  }

  /** Ends what runs in a container that has ended; nothing for one without nesting. */
  public void close(String container) throws IOException {
    NestedScope scope = scopes.remove(container);
    if (scope != null) {
      scope.close();
    }
  }
}
