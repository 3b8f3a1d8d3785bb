package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.daemon.config.Directories;
import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.nested.NestedContainers;
import ctrenc.daemon.runtime.OciRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Takes up the containers whose roots, and processes, outlived the daemon that ran them. */
final class Survivors {

  private static final FactLog LOG = FactLog.of(Survivors.class);

  private final RootMounter mounter;
  private final RootKeeping keeping;
  private final ContainerMaker maker;
  private final ContainerRuns runs;
  private final BackgroundRuns background;
  private final OciRuntime runtime;
  private final Directories directories;
  private final NestedContainers nested;

  Survivors(
      RootMounter mounter,
      RootKeeping keeping,
      ContainerMaker maker,
      ContainerRuns runs,
      BackgroundRuns background,
      OciRuntime runtime,
      Directories directories,
      NestedContainers nested) {
    this.mounter = mounter;
    this.keeping = keeping;
    this.maker = maker;
    this.runs = runs;
    this.background = background;
    this.runtime = runtime;
    this.directories = directories;
    this.nested = nested;
  }

  /**
   * Goes on with a root, and with its run if there was one; false if the root had to be given up.
   */
  boolean goOn(ManagedContainer container, RootKeeping.Left left) {
    container.guard.lock();
    try {
      mounter.goOn(container, left);
    } catch (IOException | RuntimeException e) {
      LOG.failed("root of an earlier daemon is given up", e, "container", container.id());
      giveUp(container.id(), left);
      return false;
    } finally {
      container.guard.unlock();
    }
    goOnWithRun(container);
    return true;
  }

  /** A run that cannot be gone on with is ended; the root stays. */
  private void goOnWithRun(ManagedContainer container) {
    container.guard.lock();
    try {
      Path bundle = directories.bundle(container.id());
      Optional<Long> process = runtime.pid(container.id());
      boolean wasRun = process.isPresent() || Files.exists(bundle);
      container.isMountWanted = !wasRun || !container.boundAt.isEmpty();
      if (wasRun && container.identity.spec().getNesting()) {
        goOnWithNested(container);
      }
      if (wasRun && OutputPipe.isIn(bundle)) {
        background.goOn(container);
      } else if (wasRun) {
        runs.goOn(container, process);
      }
    } catch (IOException | RuntimeException e) {
      LOG.failed("run of an earlier daemon cannot go on", e, "container", container.id());
      runs.goOn(container, Optional.empty());
    } finally {
      container.guard.unlock();
    }
  }

  /**
   * Where that fails, the container goes on: who runs something in it hears that nobody answers.
   */
  @GuardedBy("container.guard")
  private void goOnWithNested(ManagedContainer container) {
    MountedRoot root = container.root.orElseThrow();
    try {
      nested.goOn(container.id(), root.mount().directory(), root.fileSystem());
    } catch (IOException | RuntimeException e) {
      LOG.failed("nothing can be run in a container any more", e, "container", container.id());
    }
  }

  /** Destroys a throwaway root that nobody sees any more. */
  void destroy(ManagedContainer container) throws IOException {
    container.guard.lock();
    try {
      maker.destroy(container);
    } finally {
      container.guard.unlock();
    }
  }

  private void giveUp(String container, RootKeeping.Left left) {
    keeping.giveUp(container, left);
  }

  /** Gives up the roots that are left when all that go on were taken up, and what ran in others. */
  void giveUpRest(Map<String, RootKeeping.Left> roots) throws IOException {
    roots.forEach(this::giveUp);
    nested.clear();
  }
}
