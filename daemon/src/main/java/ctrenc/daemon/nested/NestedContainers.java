package ctrenc.daemon.nested;

import ctrenc.daemon.config.Directories;
import ctrenc.daemon.config.Settings;
import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.nest.NestedFileSystem;
import ctrenc.overlay.subvolume.TreeRemover;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.proto.v1.BindMount;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The containers in which processes may run containers of their own. Thread-safe. */
public final class NestedContainers {

  private static final FactLog LOG = FactLog.of(NestedContainers.class);
  private static final String PROGRAM = "program";

  /** What an earlier daemon laid, and containers that go on have bound into them. */
  private static final String FORMER = "former-";

  /** Where the records of what runs in a container are, beside its sockets. */
  private static final String RECORDS = ".runs";

  /** Answers at a socket, which everybody may connect to, whom a scope admits. */
  @FunctionalInterface
  public interface Listening {
    AutoCloseable at(Path socket, NestedScope scope) throws IOException;
  }

  /** Makes it for a daemon whose containers' keys and quotas these are. */
  @FunctionalInterface
  public interface Making {
    NestedContainers with(NestedKeys keys, NestedQuotas quotas);
  }

  private final Path directory;
  private final Listening listening;
  private final NestedProgram program;
  private final Map<String, NestedScope> scopes = new ConcurrentHashMap<>();

  public NestedContainers(Directories directories, Settings settings, Listening listening) {
    this.directory = directories.nested();
    this.listening = listening;
    this.program = new NestedProgram(directory.resolve(PROGRAM), settings);
  }

  /**
   * Removes what an earlier daemon left of containers that do not go on. To be called before any
   * container is run, and after those that go on were taken up.
   */
  public void clear() throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, Files::isDirectory)) {
      for (Path one : left) {
        String name = one.getFileName().toString();
        if (!isUsed(name)) {
          TreeRemover.remove(one);
        } else if (name.equals(PROGRAM)) {
          Files.move(one, directory.resolve(FORMER + UUID.randomUUID()));
        }
      }
    }
  }

  private boolean isUsed(String name) {
    boolean isShared = name.equals(PROGRAM) || name.startsWith(FORMER);
    return isShared
        ? !scopes.isEmpty()
        : scopes.keySet().stream().anyMatch(id -> name.equals(id) || name.equals(id + RECORDS));
  }

  /**
   * Opens the socket of a container that is about to run.
   *
   * @param root where its root is shown, and what shows there
   * @return what it gets bound into it
   */
  public List<BindMount> open(String container, Path root, FileSystem shown) throws IOException {
    List<BindMount> mounts = program.mounts(directory.resolve(container));
    boolean isOpen = false;
    try {
      scopes.put(container, scope(container, root, shown));
      isOpen = true;
      return mounts;
    } finally {
      if (!isOpen) {
        remove(container);
      }
    }
  }

  private NestedScope scope(String container, Path root, FileSystem shown) throws IOException {
    return NestedScope.open(
        new NestedScope.Shared(
            container,
            new ContainerProcesses(container),
            new NestedTree(nestable(shown)),
            records(container),
            listening,
            new RunLimit(),
            CallBounds.fresh()),
        SubvolumeRoot.mounted(root),
        directory.resolve(container));
  }

  private static NestedFileSystem nestable(FileSystem shown) throws RefusedException {
    if (shown instanceof NestedFileSystem tree) {
      return tree;
    }
    throw RefusedException.conflict("Nothing can be nested in this root: leave out --nesting.");
  }

  private RunRecords records(String container) {
    return new RunRecords(directory.resolve(container + RECORDS));
  }

  /** Goes on with a container that an earlier daemon ran, and with what runs in it. */
  public void goOn(String container, Path root, FileSystem shown) throws IOException {
    NestedScope scope = scope(container, root, shown);
    scopes.put(container, scope);
    scope.takeUp(records(container).all());
    LOG.info(
        "containers in a container go on", "container", container, "runs", scope.list().size());
  }

  /** Ends what runs in a container that has ended; nothing for one without nesting. */
  public void close(String container) throws IOException {
    NestedScope scope = scopes.remove(container);
    if (scope != null) {
      scope.close();
      remove(container);
    }
  }

  private void remove(String container) throws IOException {
    TreeRemover.remove(directory.resolve(container));
    records(container).close();
  }
}
