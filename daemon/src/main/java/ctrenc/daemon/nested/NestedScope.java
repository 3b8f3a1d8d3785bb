package ctrenc.daemon.nested;

import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.TreeRemover;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.ProcessSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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

  /** What the container itself is called among the runs in it. */
  private static final String TOP = "";

  /** What all scopes in one container share. */
  record Shared(
      String container,
      ContainerProcesses processes,
      NestedTree tree,
      RunRecords records,
      NestedContainers.Listening listening,
      RunLimit limit,
      CallBounds bounds) {}

  private final Shared shared;
  private final SubvolumeRoot root;
  private final Path directory;
  private final String name;
  private final AutoCloseable server;
  private final Map<String, NestedRun> runs = new ConcurrentHashMap<>();

  private NestedScope(Shared shared, SubvolumeRoot root, Path directory, String name)
      throws IOException {
    this.shared = shared;
    this.root = root;
    this.directory = directory;
    this.name = name;
    if (!Files.exists(directory)) {
      Files.createDirectory(directory);
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    this.server = shared.listening().at(directory.resolve(SOCKET), this);
  }

  /**
   * Listens in a container's directory of sockets. One that is there already is bound into the
   * container, which finds the new socket at the place of an earlier daemon's.
   */
  static NestedScope open(Shared shared, SubvolumeRoot root, Path directory) throws IOException {
    return new NestedScope(shared, root, directory, TOP);
  }

  /** Whether a process stands in this container's root, and not in one that is nested there. */
  public boolean admits(int process) {
    return shared.processes().isIn(process, root);
  }

  /** Those of the container, at whatever depth this is. */
  public CallBounds bounds() {
    return shared.bounds();
  }

  /** Makes a nested subvolume for a caller, who is to execute the answer's command on it. */
  public ForegroundRun run(ContainerSpec spec, int process, int uid) throws IOException {
    NestedCommand.check(spec);
    RunCaller caller = RunCaller.of(process, uid);
    dropUnheard(caller);
    shared.limit().begin();
    boolean isBegun = false;
    try {
      NestedRun run = begin(RunRecords.fresh(name, NestedRun.shown(spec.getBase()), caller), spec);
      runs.put(run.name(), run);
      isBegun = true;
      return run;
    } finally {
      if (!isBegun) {
        shared.limit().end();
      }
    }
  }

  /** Who runs one asks anew only if the daemon that made it was gone before it could say so. */
  private void dropUnheard(RunCaller caller) throws IOException {
    for (NestedRun run : runs.values()) {
      if (run.isLeftTo(caller)) {
        run.abandon();
      }
    }
  }

  private NestedRun begin(RunRecords.Entry entry, ContainerSpec spec) throws IOException {
    int uid = entry.caller().uid();
    int gid = ContainerProcesses.group(entry.caller().process()).orElse(uid);
    NestedTree.Owner owner = new NestedTree.Owner(uid, gid);
    boolean isOpen = false;
    try {
      shared.records().write(entry);
      NestedTree.Made made = shared.tree().make(root.inode(), entry.name(), spec.getBase(), owner);
      RunRecords.Entry known = entry.with(made);
      shared.records().write(known);
      NestedRun run = new NestedRun(this, inner(known, made), known, made.id(), spec.getProcess());
      isOpen = true;
      return run;
    } finally {
      if (!isOpen) {
        shared.tree().removeBegun(root.inode(), entry.name());
        forget(entry.name());
      }
    }
  }

  /**
   * What is nested in this container, at any depth, and belongs to a caller.
   *
   * @param path of its root directory, as the caller sees it, without links
   */
  public NestedKeys.Owned owned(String path, int uid) throws IOException {
    return new NestedKeys.Owned(
        shared.container(), OwnedDirectory.find(shared.tree(), root, path, uid));
  }

  private NestedScope inner(RunRecords.Entry entry, NestedTree.Made made) throws IOException {
    return new NestedScope(
        shared, root.at(made.inode()), directory.resolve(entry.name()), entry.name());
  }

  /** Removes the last that tells of a run. */
  private void forget(String run) throws IOException {
    TreeRemover.remove(directory.resolve(run));
    shared.records().forget(run);
  }

  /** Goes on with what an earlier daemon began here, and removes what of it has ended. */
  void takeUp(List<RunRecords.Entry> all) throws IOException {
    for (RunRecords.Entry entry : all) {
      if (!entry.parent().equals(name)) {
        continue;
      }
      Optional<NestedTree.Made> made = entry.made().filter(one -> shared.tree().has(one.id()));
      if (made.isPresent()) {
        takeUp(entry, made.get(), all);
      } else {
        entry.made().ifPresent(one -> shared.processes().kill(root.at(one.inode()), entry.name()));
        shared.tree().removeBegun(root.inode(), entry.name());
        forget(entry.name());
      }
    }
  }

  private void takeUp(RunRecords.Entry entry, NestedTree.Made made, List<RunRecords.Entry> all)
      throws IOException {
    NestedScope inner = inner(entry, made);
    NestedRun run = new NestedRun(this, inner, entry, made.id(), ProcessSpec.getDefaultInstance());
    shared.limit().takeUp();
    runs.put(entry.name(), run);
    inner.takeUp(all);
    run.watch();
  }

  /**
   * The run of an earlier daemon, for its caller, who has lost his call: he tells its end in this
   * one, which is the leash from now on.
   */
  public ForegroundRun goOn(String subvolume, int uid) throws RefusedException {
    return runs.values().stream()
        .filter(run -> run.subvolume().toString().equals(subvolume) && run.isLeftTo(uid))
        .findAny()
        .orElseThrow(
            () ->
                RefusedException.absent(
                    "There is no container " + subvolume + " of an earlier daemon: it has ended."));
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
      shared.tree().destroy(run.subvolume());
    } finally {
      forget(run.name());
      runs.remove(run.name());
      shared.limit().end();
    }
  }

  /** What runs here goes with what it is nested in; nobody need end it for itself. */
  private void releaseRuns() throws IOException {
    for (NestedRun run : runs.values()) {
      if (run.release()) {
        shared.limit().end();
        run.inner().releaseRuns();
        run.inner().stopListening();
        shared.records().forget(run.name());
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
  void close() {
    stopListening();
    for (NestedRun run : runs.values()) {
      try {
        run.abandon();
      } catch (IOException e) {
        // It goes with the root that it is nested in.
        LOG.failed("nested container was not cleaned up", e, "directory", directory);
      }
    }
  }
}
