package ctrenc.daemon.container;

import ctrenc.daemon.config.Directories;
import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.runtime.OciRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  Survivors(
      RootMounter mounter,
      RootKeeping keeping,
      ContainerMaker maker,
      ContainerRuns runs,
      BackgroundRuns background,
      OciRuntime runtime,
      Directories directories) {
    this.mounter = mounter;
    this.keeping = keeping;
    this.maker = maker;
    this.runs = runs;
    this.background = background;
    this.runtime = runtime;
    this.directories = directories;
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

  /** Destroys a throwaway root that nobody sees any more. */
  void destroy(ManagedContainer container) throws IOException {
    container.guard.lock();
    try {
      maker.destroy(container);
    } finally {
      container.guard.unlock();
    }
  }

  void giveUp(String container, RootKeeping.Left left) {
    keeping.giveUp(container, left);
  }
}
