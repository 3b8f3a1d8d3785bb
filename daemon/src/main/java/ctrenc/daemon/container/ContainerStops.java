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
import java.util.List;
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
  private static final Duration REPORT_PATIENCE = Duration.ofSeconds(3);

  private static final Duration KILL_PATIENCE = Duration.ofSeconds(5);

  /** How long a start may take until it is given up. */
  private static final Duration START_PATIENCE = Duration.ofSeconds(5);

  private static final Duration START_STEP = Duration.ofMillis(5);

  private final ContainerRuns runs;
  private final ContainerMaker maker;
  private final OciRuntime runtime;

  ContainerStops(ContainerRuns runs, ContainerMaker maker, OciRuntime runtime) {
    this.runs = runs;
    this.maker = maker;
    this.runtime = runtime;
  }

  /**
   * TERM, then KILL after {@code grace}; returns when everything is cleaned up. A start is not
   * interrupted: the runtime's copy that makes the container takes TERM for its own end, which
   * tells nothing of a signal, and while a container is made no mount may be taken from under it.
   *
   * @return false where nothing runs; then nothing is done
   */
  boolean stop(ManagedContainer container, Duration grace) throws IOException {
    Optional<CompletableFuture<Void>> running = ending(container);
    if (running.isEmpty()) {
      return false;
    }
    CompletableFuture<Void> ended = running.get();
    Optional<Long> command = awaitCommand(container, ended);
    if (command.isPresent()) {
      end(container, command.get(), grace);
      if (!isReported(ended, REPORT_PATIENCE)) {
        runs.end(container, KILLED);
      }
    } else if (!ended.isDone()) {
      kill(container);
    }
    return true;
  }

  /** The first process; empty if the run has ended, or if it does not start in time. */
  private Optional<Long> awaitCommand(ManagedContainer container, CompletableFuture<Void> ended)
      throws IOException {
    long begin = System.nanoTime();
    Optional<Long> command = runtime.command(container.id());
    while (command.isEmpty()
        && System.nanoTime() - begin < START_PATIENCE.toNanos()
        && !isReported(ended, START_STEP)) {
      command = runtime.command(container.id());
    }
    return command;
  }

  /**
   * Ends a run whose caller is gone, or which does not start. The runtime that was executed may be
   * about to start the container still, which nobody would end then.
   */
  void kill(ManagedContainer container) throws IOException {
    for (ProcessHandle starter : runtime.refuseStart(container.id())) {
      List<ProcessHandle> copies = starter.descendants().toList();
      kill(starter);
      for (ProcessHandle copy : copies) {
        kill(copy);
      }
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

  private static boolean isReported(CompletableFuture<Void> ended, Duration patience)
      throws IOException {
    try {
      ended.get(patience.toNanos(), TimeUnit.NANOSECONDS);
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
