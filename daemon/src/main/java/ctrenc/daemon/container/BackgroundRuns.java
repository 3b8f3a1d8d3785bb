package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.daemon.config.Directories;
import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.daemon.runtime.RuntimeLog;
import ctrenc.proto.v1.Command;
import ctrenc.proto.v1.ProcessSpec;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs that the daemon executes itself: output to the container's log, and a thread each that waits
 * for the end.
 */
final class BackgroundRuns {

  private static final FactLog LOG = FactLog.of(BackgroundRuns.class);
  private static final int BROKEN = 125;
  private static final long START_STEP_MILLIS = 5;

  private final ContainerRuns runs;
  private final Directories directories;
  private final long logLimit;

  BackgroundRuns(ContainerRuns runs, Directories directories, long logLimit) {
    this.runs = runs;
    this.directories = directories;
    this.logLimit = logLimit;
  }

  /** Returns when the process runs, or has run; a process that could not be started is refused. */
  void start(ManagedContainer container, ProcessSpec process) throws IOException {
    if (process.getTerminal()) {
      throw RefusedException.invalid(
          "A container in the background has no terminal: leave out -t, or run it in the foreground.");
    }
    Command command = runs.begin(container, process);
    Path pidFile = directories.bundle(container.id()).resolve("pid");
    CompletableFuture<Optional<String>> failure = new CompletableFuture<>();
    try {
      ContainerLog log = log(container);
      OutputPipe output = OutputPipe.make(directories.bundle(container.id()));
      Process started = execute(command, output, pidFile, container.id());
      Runnable afterwards =
          () ->
              failure.complete(
                  container.isRunning()
                      ? failure(pidFile, Path.of(command.getLog()))
                      : Optional.of("it was stopped meanwhile"));
      inBackground(container, () -> supervise(container, started, output, log, afterwards));
    } catch (IOException | RuntimeException e) {
      runs.end(container, BROKEN);
      throw e;
    }
    awaitStart(container, pidFile, failure);
  }

  /** Goes on with a run that an earlier daemon began here. */
  @GuardedBy("container.guard")
  void goOn(ManagedContainer container) throws IOException {
    OutputPipe output = OutputPipe.reopen(directories.bundle(container.id()));
    ContainerLog log = ContainerLog.reopen(directories.log(container.id()), logLimit);
    container.log = Optional.of(log);
    runs.goOn(container);
    inBackground(container, () -> outlive(container, output, log));
  }

  private static void inBackground(ManagedContainer container, Runnable work) {
    Thread.ofPlatform().daemon(true).name("ctr-enc-run-" + container.identity.name()).start(work);
  }

  private ContainerLog log(ManagedContainer container) throws IOException {
    container.guard.lock();
    try {
      if (container.log.isPresent()) {
        container.log.get().remove();
      }
      ContainerLog log = ContainerLog.open(directories.log(container.id()), logLimit);
      container.log = Optional.of(log);
      return log;
    } finally {
      container.guard.unlock();
    }
  }

  private static Process execute(Command command, OutputPipe output, Path pidFile, String id)
      throws IOException {
    List<String> arguments = new ArrayList<>(command.getArgvList());
    // The runtime writes this file once the container's own process runs.
    arguments.addAll(arguments.lastIndexOf(id), List.of("--pid-file", pidFile.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(output.command(arguments))
            .redirectInput(new File("/dev/null"))
            .redirectOutput(output.target())
            .redirectErrorStream(true)
            .directory(new File("/"));
    builder.environment().clear();
    for (String setting : command.getEnvList()) {
      int equals = setting.indexOf('=');
      builder.environment().put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    return builder.start();
  }

  private void supervise(
      ManagedContainer container,
      Process process,
      OutputPipe output,
      ContainerLog log,
      Runnable afterwards) {
    int code = BROKEN;
    try {
      transfer(output, log);
      code = process.waitFor();
    } catch (IOException e) {
      LOG.failed("container output was cut", e, "container", container.id());
      process.destroyForcibly();
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    afterwards.run();
    end(container, code);
  }

  /** The same for a process that is not a child of this one. */
  private void outlive(ManagedContainer container, OutputPipe output, ContainerLog log) {
    int code = ContainerRuns.UNKNOWN;
    try {
      transfer(output, log);
      code = output.exitCode().orElse(code);
    } catch (IOException | RuntimeException e) {
      LOG.failed("container output was cut", e, "container", container.id());
    }
    end(container, code);
  }

  private static void transfer(OutputPipe output, ContainerLog log) throws IOException {
    try (output;
        log) {
      output.transferTo(log);
    }
  }

  private void end(ManagedContainer container, int code) {
    try {
      runs.end(container, code);
    } catch (IOException | RuntimeException e) {
      LOG.failed("container was not cleaned up", e, "container", container.id());
    }
  }

  /** Why an ended process never ran; nothing if it did. Read before the bundle is removed. */
  private static Optional<String> failure(Path pidFile, Path runtimeLog) {
    if (Files.exists(pidFile)) {
      return Optional.empty();
    }
    try {
      return Optional.of(RuntimeLog.lastError(runtimeLog).orElse("the runtime does not say why"));
    } catch (IOException e) {
      return Optional.of("what the runtime says of it cannot be read");
    }
  }

  private static void awaitStart(
      ManagedContainer container, Path pidFile, CompletableFuture<Optional<String>> failure)
      throws IOException {
    while (!Files.exists(pidFile)) {
      try {
        Optional<String> why = failure.get(START_STEP_MILLIS, TimeUnit.MILLISECONDS);
        if (why.isPresent()) {
          throw RefusedException.invalid(
              "The process of the container "
                  + container.identity.name()
                  + " could not be started: "
                  + why.get());
        }
        return;
      } catch (TimeoutException _) {
        // Neither started nor ended: look again.
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("Waiting for the start of the container was interrupted.", e);
      }
    }
  }
}
