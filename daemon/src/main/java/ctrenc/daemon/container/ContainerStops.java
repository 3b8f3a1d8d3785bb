package ctrenc.daemon.container;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.daemon.runtime.OciRuntime;
import ctrenc.overlay.subvolume.KeyLoss;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.Poll;
import ctrenc.overlay.sys.ProcessHandles;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Stops runs and removes containers. Thread-safe. */
final class ContainerStops {

  /** The exit code of a process that a signal ended is 128 and the signal's number, as in sh(1). */
  private static final int KILLED = 137;

  /** How long the one who executed the process may take to report its end. */
  private static final long REPORT_SECONDS = 3;

  private static final Duration KILL_PATIENCE = Duration.ofSeconds(5);

  private final ContainerRuns runs;
  private final ContainerMaker maker;
  private final OciRuntime runtime;

  ContainerStops(ContainerRuns runs, ContainerMaker maker, OciRuntime runtime) {
    this.runs = runs;
    this.maker = maker;
    this.runtime = runtime;
  }

  /**
   * TERM, then KILL after {@code grace}; returns when everything is cleaned up. Does nothing where
   * nothing runs.
   */
  void stop(ManagedContainer container, Duration grace) throws IOException {
    Optional<CompletableFuture<Void>> ended = ending(container);
    if (ended.isEmpty()) {
      return;
    }
    Optional<Long> pid = runtime.pid(container.id());
    if (pid.isPresent()) {
      end(container, pid.get(), grace);
      if (isReported(ended.get())) {
        return;
      }
    }
    runs.end(container, KILLED);
  }

  /**
   * Ends a run whose caller is gone. The runtime that it executed may be about to start the
   * container still, which nobody would end then.
   */
  void kill(ManagedContainer container) throws IOException {
    for (ProcessHandle starter : runtime.refuseStart(container.id())) {
      kill(starter);
    }
    runs.end(container, KILLED);
  }

  private static void kill(ProcessHandle process) throws SystemCallException {
    try (Descriptor handle = ProcessHandles.open((int) process.pid())) {
      process.destroyForcibly();
      isGone(handle, KILL_PATIENCE);
    } catch (SystemCallException e) {
      if (!e.is(ErrorNumber.ESRCH)) {
        throw e;
      }
    }
  }

  private static Optional<CompletableFuture<Void>> ending(ManagedContainer container) {
    container.guard.lock();
    try {
      return container.phase == Phase.RUNNING ? Optional.of(container.ended) : Optional.empty();
    } finally {
      container.guard.unlock();
    }
  }

  private void end(ManagedContainer container, long pid, Duration grace) throws IOException {
    try (Descriptor process = ProcessHandles.open((int) pid)) {
      if (!grace.isZero() && runtime.kill(container.id(), "TERM") && isGone(process, grace)) {
        return;
      }
      runtime.kill(container.id(), "KILL");
      isGone(process, KILL_PATIENCE);
    } catch (SystemCallException e) {
      if (!e.is(ErrorNumber.ESRCH)) {
        throw e;
      }
    }
  }

  private static boolean isGone(Descriptor process, Duration patience) throws SystemCallException {
    return Poll.await(process, Poll.READABLE, patience) != 0;
  }

  private static boolean isReported(CompletableFuture<Void> ended) throws IOException {
    try {
      ended.get(REPORT_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException _) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Stopping the container was interrupted.", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Destroys root and key.
   *
   * @return the keys that went
   */
  KeyLoss remove(ManagedContainer container, boolean force) throws IOException {
    if (force) {
      stop(container, Duration.ZERO);
    }
    container.guard.lock();
    try {
      if (container.phase == Phase.GONE) {
        return KeyLoss.NONE;
      }
      if (container.phase == Phase.RUNNING || container.phase == Phase.ENDING) {
        throw RefusedException.conflict(
            "The container "
                + container.identity.name()
                + " is running: stop it first, or remove it with --force.");
      }
      return maker.destroy(container);
    } finally {
      container.guard.unlock();
    }
  }
}
