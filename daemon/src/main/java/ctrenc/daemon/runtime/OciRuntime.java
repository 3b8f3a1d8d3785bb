package ctrenc.daemon.runtime;

import ctrenc.daemon.config.Directories;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.sys.ProcessWords;
import ctrenc.proto.v1.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The OCI runtime's command lines. A caller executes {@link #run} and {@link #exec} with its own
 * standard streams; the others are executed here. Thread-safe.
 */
public final class OciRuntime {

  private static final long PATIENCE_SECONDS = 30;
  private static final String SEARCH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final String RUN = "run";
  private static final String COPY = "init";
  private static final int MESSAGE_LIMIT = 2000;

  private final String name;
  private final Directories directories;

  public OciRuntime(String name, Directories directories) {
    this.name = name;
    this.directories = directories;
  }

  /** Where the runtime says why it could not start a container's process. */
  private Path log(String container) {
    return directories.bundle(container).resolve("runtime.log");
  }

  public Command run(String container) throws RefusedException {
    List<String> arguments = start(log(container));
    arguments.addAll(List.of(RUN, "--bundle", directories.bundle(container).toString(), container));
    return command(arguments, log(container));
  }

  /** Starts one more process, as {@code process}, a file in the container's bundle, says. */
  public Command exec(String container, Path process, Path log) throws RefusedException {
    List<String> arguments = start(log);
    arguments.addAll(List.of("exec", "--process", process.toString(), container));
    return command(arguments, log);
  }

  /** Sends a signal to the container's first process; false where there is none to send it to. */
  public boolean kill(String container, String signal) throws IOException {
    return knows(container) && call(List.of("kill", container, signal)) == 0;
  }

  /**
   * Makes a start fail that has not read the container's bundle yet.
   *
   * @return the processes of a start that has
   */
  public List<ProcessHandle> refuseStart(String container) throws IOException {
    Files.deleteIfExists(directories.bundle(container).resolve(BundleWriter.CONFIG));
    return ProcessHandle.allProcesses().filter(process -> starts(process, container)).toList();
  }

  private static boolean starts(ProcessHandle process, String container) {
    return starts(List.of(process.info().arguments().orElse(new String[0])), container);
  }

  private static boolean starts(List<String> words, String container) {
    return words.contains(RUN) && words.getLast().equals(container);
  }

  /** Kills what runs, and forgets the container, also one whose start was cut short. */
  public void delete(String container) throws IOException {
    if (Files.exists(directories.runtime().resolve(container))) {
      call(List.of("delete", "--force", container));
    }
  }

  /** Whether the runtime has a container of this name, running or not. */
  public boolean knows(String container) {
    return Files.exists(state(container));
  }

  /** The first process's id, once there is one. */
  public Optional<Long> pid(String container) throws IOException {
    return RuntimeState.read(state(container)).map(RuntimeState::pid);
  }

  /**
   * The first process's id, once it is what was asked for. Before, it is a copy of the runtime that
   * makes the container around itself; between fork and exec it has the runtime's command line.
   */
  public Optional<Long> command(String container) throws IOException {
    Optional<Long> pid = pid(container);
    if (pid.isEmpty()) {
      return pid;
    }
    List<String> words = commandLine(pid.get());
    boolean isCopy = words.equals(List.of(program().toString(), COPY)) || starts(words, container);
    return isCopy ? Optional.empty() : pid;
  }

  /** Empty of a process that has ended. */
  private static List<String> commandLine(long process) {
    try {
      return ProcessWords.in(Path.of("/proc", Long.toString(process), "cmdline"));
    } catch (IOException _) {
      return List.of(); // It has been waited for, and the system does not know it any more.
    }
  }

  private Path state(String container) {
    return directories.runtime().resolve(container).resolve("state.json");
  }

  private List<String> start(Path log) throws RefusedException {
    List<String> arguments = new ArrayList<>();
    arguments.add(program().toString());
    arguments.addAll(
        List.of(
            "--root",
            directories.runtime().toString(),
            "--log",
            log.toString(),
            "--log-format",
            "json"));
    return arguments;
  }

  private static Command command(List<String> arguments, Path log) {
    return Command.newBuilder()
        .addAllArgv(arguments)
        .addEnv("PATH=" + SEARCH)
        .setLog(log.toString())
        .build();
  }

  private int call(List<String> arguments) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(program().toString());
    line.addAll(List.of("--root", directories.runtime().toString()));
    line.addAll(arguments);
    Process process =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectInput(new java.io.File("/dev/null"))
            .start();
    try {
      process.getInputStream().readNBytes(MESSAGE_LIMIT);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(
            "The OCI runtime did not answer within " + PATIENCE_SECONDS + " seconds.");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("Waiting for the OCI runtime was interrupted.", e);
    }
  }

  /**
   * The runtime's file.
   *
   * @throws RefusedException if it is not installed
   */
  public Path program() throws RefusedException {
    if (name.startsWith("/")) {
      return usable(Path.of(name)).orElseThrow(this::absent);
    }
    for (String directory : SEARCH.split(":")) {
      Optional<Path> found = usable(Path.of(directory, name));
      if (found.isPresent()) {
        return found.get();
      }
    }
    throw absent();
  }

  private static Optional<Path> usable(Path file) {
    return Files.isExecutable(file) ? Optional.of(file) : Optional.empty();
  }

  private RefusedException absent() {
    return RefusedException.conflict(
        "The OCI runtime "
            + name
            + " is not installed: install it (apt-get install runc) and try again.");
  }
}
