package ctrenc.daemon.nested;

import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.TreeRemover;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ContainerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * What the socket of one container reaches: the subvolume that is its root, and what is nested in
 * that. A nested container has a scope in turn, whose directory of sockets lies in its parent's, so
 * that a parent can bind it into its child, and a child sees its own alone. Thread-safe.
 */
public final class NestedScope {

  private static final FactLog LOG = FactLog.of(NestedScope.class);

  /** By this name the command line looks for a daemon. */
  private static final String SOCKET = "ctr-enc.sock";

  private static final String NAME = ".nested-";

  /** The most that run at a time in one container, at all depths. */
  private static final int MOST_RUNS = 256;

  /** What all scopes in one container share. */
  record Shared(
      String container,
      ContainerProcesses processes,
      NestedContainers.Listening listening,
      AtomicInteger running) {}

  private final Shared shared;
  private final SubvolumeRoot root;
  private final Path directory;
  private final AutoCloseable server;
  private final Map<String, NestedRun> runs = new ConcurrentHashMap<>();

  private NestedScope(Shared shared, SubvolumeRoot root, Path directory) throws IOException {
    this.shared = shared;
    this.root = root;
    this.directory = directory;
    this.server = shared.listening().at(directory.resolve(SOCKET), this);
  }

  /** Makes the directory of sockets, and listens there. */
  static NestedScope open(Shared shared, SubvolumeRoot root, Path directory) throws IOException {
    Files.createDirectory(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new NestedScope(shared, root, directory);
  }

  Path directory() {
    return directory;
  }

  /** Whether a process stands in this container's root, and not in one that is nested there. */
  public boolean admits(int process) {
    return shared.processes().isIn(process, root);
  }

  /** Makes a nested subvolume for a caller, who is to execute the answer's command on it. */
  public ForegroundRun run(ContainerSpec spec, int process, int uid) throws IOException {
    NestedCommand.check(spec);
    if (shared.running().incrementAndGet() > MOST_RUNS) {
      shared.running().decrementAndGet();
      throw RefusedException.full(
          "As many containers run in this container as may ("
              + MOST_RUNS
              + "): wait for one to end.");
    }
    String name = NAME + HexFormat.of().toHexDigits(UUID.randomUUID().getMostSignificantBits());
    boolean isBegun = false;
    try {
      NestedRun run = begin(name, spec, process, uid);
      runs.put(name, run);
      isBegun = true;
      return run;
    } finally {
      if (!isBegun) {
        shared.running().decrementAndGet();
      }
    }
  }

  private NestedRun begin(String name, ContainerSpec spec, int process, int uid)
      throws IOException {
    int gid = ContainerProcesses.group(process).orElse(uid);
    SubvolumeRoot made =
        NestedSubvolume.make(root, name, spec.getBase(), new NestedSubvolume.Owner(uid, gid));
    boolean isOpen = false;
    try {
      String id = NestedSubvolume.id(made);
      NestedScope inner = open(shared, made, directory.resolve(name));
      isOpen = true;
      return new NestedRun(this, inner, name, id, spec);
    } finally {
      if (!isOpen) {
        NestedSubvolume.destroy(made);
        TreeRemover.remove(directory.resolve(name));
      }
    }
  }

  /**
   * What is nested in this container, at any depth, and belongs to a caller.
   *
   * @param path of its root directory, as the caller sees it, without links
   */
  public NestedKeys.Owned owned(String path, int uid) throws IOException {
    return new NestedKeys.Owned(shared.container(), OwnedDirectory.find(root, path, uid));
  }

  /** What runs in this container, at any depth. */
  public List<Container> list() {
    return runs.values().stream()
        .flatMap(run -> Stream.concat(Stream.of(run.container()), run.inner().list().stream()))
        .toList();
  }

  /** Ends what a run has left: its processes, its subvolume, its socket. */
  void end(NestedRun run) throws IOException {
    NestedScope inner = run.inner();
    try {
      inner.releaseRuns();
      shared.processes().kill(inner.root, run.name());
      inner.stopListening();
      NestedSubvolume.destroy(inner.root);
    } finally {
      TreeRemover.remove(inner.directory);
      runs.remove(run.name());
      shared.running().decrementAndGet();
    }
  }

  /** What runs here goes with what it is nested in; nobody need end it for itself. */
  private void releaseRuns() throws IOException {
    for (NestedRun run : runs.values()) {
      if (run.release()) {
        shared.running().decrementAndGet();
        run.inner().releaseRuns();
        run.inner().stopListening();
        run.inner().root.close();
      }
    }
  }

  private void stopListening() {
    try {
      server.close();
    } catch (Exception e) {
      LOG.failed("socket of a container did not end", e, "directory", directory);
    }
  }

  /** Ends everything; the container's own processes have ended. */
  void close() throws IOException {
    stopListening();
    for (NestedRun run : runs.values()) {
      try {
        run.abandon();
      } catch (IOException e) {
        // It goes with the root that it is nested in.
        LOG.failed("nested container was not cleaned up", e, "directory", directory);
      }
    }
    root.close();
    TreeRemover.remove(directory);
  }
}
