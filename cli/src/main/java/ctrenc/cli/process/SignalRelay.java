package ctrenc.cli.process;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Hands the signals that end programs on to a program in the foreground. What a terminal sends to
 * its whole foreground group is not handed on a second time; of WINCH and QUIT nothing need be done
 * for the same reason. A QUIT that is sent to this process alone stays with the JVM, which gives it
 * up only together with all the others (-Xrs). Before the program runs, or the command that it is
 * to start in a container, and from the third INT or TERM on (the first process of a container
 * ignores what it has no handler for), the work is abandoned instead. Thread-safe.
 */
public final class SignalRelay {
  private static final List<String> NAMES = List.of("INT", "TERM", "HUP");
  private static final int PATIENCE = 3;

  /** How long an abandoned program has until it is killed; the daemon kills its container first. */
  private static final long GRACE_SECONDS = 10;

  /** How much later than the runtime this process may learn of a signal from the terminal. */
  private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Runnable abandon;
  private final int patience;
  private final boolean startsContainer;
  private Optional<CommandStart> start = Optional.empty();
  private @Nullable Process target;
  private int received;
  private int abandonedBy;
  private int cameBeforeCommand;

  private SignalRelay(Runnable abandon, int patience, boolean startsContainer) {
    this.abandon = abandon;
    this.patience = patience;
    this.startsContainer = startsContainer;
  }

  /** For a program in a container that runs. */
  public static SignalRelay patient() {
    return new SignalRelay(() -> {}, PATIENCE, false);
  }

  /**
   * For the runtime that starts a container.
   *
   * @param abandon what to do when the program must not go on
   */
  public static SignalRelay ofContainer(Runnable abandon) {
    return new SignalRelay(abandon, PATIENCE, true);
  }

  /** Hands nothing on: the first signal abandons the work. */
  public static SignalRelay impatient(Runnable abandon) {
    return new SignalRelay(abandon, 0, false);
  }

  /** From now on until the process ends, or {@link #uninstall}. */
  public void install() {
    NAMES.forEach(name -> Signal.handle(new Signal(name), this::receive));
  }

  /** From now on signals end this process. */
  public void uninstall() {
    NAMES.forEach(name -> Signal.handle(new Signal(name), SignalHandler.SIG_DFL));
  }

  /**
   * Starts the program that signals go to from now on. A signal that comes meanwhile waits, so that
   * none is lost between two states.
   */
  synchronized Process start(ProcessBuilder builder) throws IOException {
    if (abandonedBy != 0) {
      throw new Failure(ExitCode.INTERRUPTED, "interrupted before the command was started");
    }
    Process program = builder.start();
    target = program;
    if (startsContainer) {
      start = Optional.of(CommandStart.watch(program, builder.command()));
    }
    return program;
  }

  synchronized void stopRelaying() {
    target = null;
  }

  /** The signal that made the work be abandoned. */
  public synchronized OptionalInt abandonedBy() {
    return abandonedBy == 0 ? OptionalInt.empty() : OptionalInt.of(abandonedBy);
  }

  /**
   * The signal that ended a start before the command was seen to run. One from the terminal reaches
   * the runtime at the same time as this process, and may have ended it before it is counted here.
   *
   * @param hasFailed the program ended as one does whose start failed
   */
  synchronized OptionalInt endedStart(boolean hasFailed) throws InterruptedException {
    if (hasFailed && start.isPresent() && !start.get().hasStarted() && isForeground()) {
      long end = System.nanoTime() + LATE_NANOS;
      for (long left = LATE_NANOS; cameBeforeCommand == 0 && left > 0; ) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = end - System.nanoTime();
      }
    }
    return cameBeforeCommand != 0 && (hasFailed || abandonedBy == cameBeforeCommand)
        ? OptionalInt.of(cameBeforeCommand)
        : OptionalInt.empty();
  }

  private void receive(Signal signal) {
    Optional<Process> program = count(signal);
    if (program.isEmpty() || !isForCommand(signal, program.get())) {
      return;
    }
    if (!signal.getName().equals("INT") || !isForeground()) {
      send(signal.getName(), program.get());
    }
  }

  /** What the signal is for; empty if it has made the work be abandoned. */
  private synchronized Optional<Process> count(Signal signal) {
    if (!signal.getName().equals("HUP")) {
      received++;
    }
    Process program = target;
    if (program == null || received >= patience) {
      abandonedBy = signal.getNumber();
      abandon(program);
      return Optional.empty();
    }
    if (start.isPresent() && !start.get().hasStarted()) {
      cameBeforeCommand = signal.getNumber();
      notifyAll();
    }
    return Optional.of(program);
  }

  /** Gives a container up whose command does not run yet. */
  private boolean isForCommand(Signal signal, Process program) {
    if (start.isEmpty() || start.get().hasStarted()) {
      return true;
    }
    try {
      CommandStart.Stage stage = start.get().await();
      return settle(stage, signal, program);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private synchronized boolean settle(CommandStart.Stage stage, Signal signal, Process program) {
    if (!program.isAlive()) {
      return false;
    }
    if (stage == CommandStart.Stage.STARTING) {
      abandonedBy = signal.getNumber();
      abandon(program);
      return false;
    }
    if (stage == CommandStart.Stage.STARTED) {
      cameBeforeCommand = 0;
    }
    return true;
  }

  private void abandon(@Nullable Process program) {
    abandon.run();
    if (program != null) {
      CompletableFuture.delayedExecutor(GRACE_SECONDS, TimeUnit.SECONDS)
          .execute(program::destroyForcibly);
    }
  }

  /** By the shell's own kill, because procps is not on every system. */
  private void send(String name, Process program) {
    try {
      new ProcessBuilder(
              "/bin/sh", "-c", "kill -s \"$1\" \"$2\"", "sh", name, Long.toString(program.pid()))
          .inheritIO()
          .start();
    } catch (IOException e) {
      abandon(program); // A program that cannot be signalled must not be left behind.
    }
  }

  /** Whether the terminal's signals reach this process together with the program. */
  private static boolean isForeground() {
    try {
      String stat = Files.readString(Path.of("/proc/self/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      boolean hasTerminal = !fields[4].equals("0");
      return hasTerminal && fields[2].equals(fields[5]);
    } catch (IOException e) {
      return false;
    }
  }
}
