package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.daemon.config.Directories;
import ctrenc.daemon.image.ImageConfig;
import ctrenc.daemon.image.ImageConfigs;
import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.nested.NestedContainers;
import ctrenc.daemon.nested.NestedProgram;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.daemon.runtime.BundleWriter;
import ctrenc.daemon.runtime.ContainerBundle;
import ctrenc.daemon.runtime.ContainerUser;
import ctrenc.daemon.runtime.OciRuntime;
import ctrenc.daemon.runtime.RootFiles;
import ctrenc.daemon.runtime.UserLookup;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.proto.v1.Command;
import ctrenc.proto.v1.ProcessSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Begins and ends the runs of containers. A run begins when somebody is told what to execute, and
 * ends once, by whoever comes first: the one who executed it, or one who stops it. Thread-safe.
 */
final class ContainerRuns {

  private static final FactLog LOG = FactLog.of(ContainerRuns.class);

  /** The exit code of a run whose end nobody saw. */
  static final int UNKNOWN = 255;

  private final RootMounter mounter;
  private final ContainerMaker maker;
  private final BundleWriter bundles;
  private final OciRuntime runtime;
  private final ImageConfigs images;
  private final HiddenPlaces hidden;
  private final EventFeed events;
  private final NestedContainers nested;

  ContainerRuns(
      RootMounter mounter,
      ContainerMaker maker,
      Directories directories,
      OciRuntime runtime,
      EventFeed events,
      NestedContainers nested) {
    this.mounter = mounter;
    this.maker = maker;
    this.bundles = new BundleWriter(directories);
    this.runtime = runtime;
    this.images = new ImageConfigs(directories.imageConfigs());
    this.hidden = new HiddenPlaces(directories);
    this.events = events;
    this.nested = nested;
  }

  /** Prepares a run of {@code wanted}; the answer is what is to be executed. */
  Command begin(ManagedContainer container, ProcessSpec wanted) throws IOException {
    ProcessSpec process = withImageDefaults(container, wanted);
    SpecCheck.process(process);
    mounter.unlock(container);
    container.guard.lock();
    try {
      requireIdle(container);
      Command command = prepare(container, process);
      container.phase = Phase.RUNNING;
      container.arguments = List.copyOf(process.getArgsList());
      container.ended = new CompletableFuture<>();
      events.tell("started", container.id(), Map.of());
      return command;
    } finally {
      container.guard.unlock();
    }
  }

  @GuardedBy("container.guard")
  private Command prepare(ManagedContainer container, ProcessSpec process) throws IOException {
    Command command = runtime.run(container.id());
    boolean isReady = false;
    try {
      Path root = mounter.show(container);
      FileSystem shown = container.root.orElseThrow().fileSystem();
      ContainerUser user = new UserLookup(new RootFiles(shown)).find(process.getUser());
      bundles.write(
          new ContainerBundle(
              container.id(),
              root,
              container.identity.spec(),
              process,
              user,
              hidden.in(container.identity),
              Optional.empty(),
              container.identity.spec().getNesting()
                  ? nested.open(container.id(), root, shown)
                  : List.of()));
      isReady = true;
      return command;
    } finally {
      if (!isReady) {
        nested.close(container.id());
        bundles.remove(container.id());
        takeDownUnlessWanted(container);
      }
    }
  }

  @GuardedBy("container.guard")
  private static void requireIdle(ManagedContainer container) throws RefusedException {
    String name = container.identity.name();
    switch (container.phase) {
      case CREATED, EXITED -> {}
      case RUNNING, ENDING ->
          throw RefusedException.conflict(
              "The container " + name + " is running: use ctr-enc exec, or stop it first.");
      case GONE -> throw RefusedException.absent("The container " + name + " was removed.");
    }
  }

  /** Goes on with a run that an earlier daemon began. */
  @GuardedBy("container.guard")
  void goOn(ManagedContainer container) {
    container.phase = Phase.RUNNING;
    container.ended = new CompletableFuture<>();
  }

  /**
   * Goes on with a run whose caller reported its end to an earlier daemon: it is watched, and its
   * exit code stays unknown here. Without a process it has ended already.
   */
  @GuardedBy("container.guard")
  void goOn(ManagedContainer container, Optional<Long> process) {
    goOn(container);
    Thread.ofPlatform()
        .daemon(true)
        .name("ctr-enc-run-" + container.identity.name())
        .start(() -> outlive(container, process));
  }

  private void outlive(ManagedContainer container, Optional<Long> process) {
    try {
      if (process.isPresent()) {
        ProcessEnd.await(process.get());
      }
      end(container, UNKNOWN);
    } catch (IOException | RuntimeException e) {
      LOG.failed("container was not cleaned up", e, "container", container.id());
    }
  }

  private ProcessSpec withImageDefaults(ManagedContainer container, ProcessSpec wanted)
      throws IOException {
    Optional<ImageConfig> config =
        container.identity.image().isPresent()
            ? images.read(container.identity.image().get())
            : Optional.empty();
    ProcessSpec process = config.map(image -> ProcessDefaults.apply(image, wanted)).orElse(wanted);
    return container.identity.spec().getNesting() ? NestedProgram.onPath(process) : process;
  }

  /** What is to be executed for one more process in a running container. */
  Command exec(ManagedContainer container, ProcessSpec wanted) throws IOException {
    ProcessSpec process = withImageDefaults(container, wanted);
    SpecCheck.process(process);
    container.guard.lock();
    try {
      if (container.phase != Phase.RUNNING || container.root.isEmpty()) {
        throw RefusedException.conflict(
            "The container "
                + container.identity.name()
                + " is not running: ctr-enc run starts a process.");
      }
      RootFiles files = new RootFiles(container.root.get().fileSystem());
      ContainerUser user = new UserLookup(files).find(process.getUser());
      Path file = bundles.writeProcess(container.id(), process, user);
      return runtime.exec(container.id(), file, file.resolveSibling(file.getFileName() + ".log"));
    } finally {
      container.guard.unlock();
    }
  }

  /**
   * Ends a run: whatever is left of it is killed, its mounts are taken down, and its root destroyed
   * where that was asked for.
   */
  void end(ManagedContainer container, int exitCode) throws IOException {
    container.guard.lock();
    try {
      if (container.phase != Phase.RUNNING) {
        return;
      }
      container.phase = Phase.ENDING;
      try {
        runtime.delete(container.id());
      } finally {
        cleanUp(container, exitCode);
      }
    } finally {
      container.guard.unlock();
    }
  }

  @GuardedBy("container.guard")
  private void cleanUp(ManagedContainer container, int exitCode) throws IOException {
    container.exitCode = exitCode;
    container.phase = Phase.EXITED;
    try {
      nested.close(container.id());
      bundles.remove(container.id());
      events.tell("exited", container.id(), Map.of("code", Integer.toString(exitCode)));
      LOG.info("container exited", "container", container.id(), "code", exitCode);
      if (container.identity.spec().getRemove()) {
        maker.destroy(container);
      } else {
        takeDownUnlessWanted(container);
      }
    } finally {
      container.ended.complete(null);
    }
  }

  @GuardedBy("container.guard")
  private void takeDownUnlessWanted(ManagedContainer container) throws IOException {
    if (!container.isMountWanted) {
      mounter.takeDown(container);
    }
  }
}
