package ctrenc.cli.process;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
 * up only together with all the others (-Xrs). Before the program runs, and from the third INT or
 * TERM on (the first process of a container ignores what it has no handler for), the work is
 * abandoned instead. Thread-safe.
 */
public final class SignalRelay {
  private static final List<String> NAMES = List.of("INT", "TERM", "HUP");
  private static final int PATIENCE = 3;

  /** How long an abandoned program has until it is killed; the daemon kills its container first. */
  private static final long GRACE_SECONDS = 10;

  private final Runnable abandon;
  private final int patience;
  private @Nullable Process target;
  private int received;
  private int abandonedBy;

  private SignalRelay(Runnable abandon, int patience) {
    this.abandon = abandon;
    this.patience = patience;
  }

  /**
   * @param abandon what to do when the program must not go on
   */
  public static SignalRelay patient(Runnable abandon) {
    return new SignalRelay(abandon, PATIENCE);
  }

  /** Hands nothing on: the first signal abandons the work. */
  public static SignalRelay impatient(Runnable abandon) {
    return new SignalRelay(abandon, 0);
  }

  /** From now on until the process ends, or {@link #uninstall}. */
  public void install() {
    NAMES.forEach(name -> Signal.handle(new Signal(name), this::receive));
  }

  /** From now on signals end this process. */
  public void uninstall() {
    NAMES.forEach(name -> Signal.handle(new Signal(name), SignalHandler.SIG_DFL));
  }

  /** How a program is started. */
  @FunctionalInterface
  interface Starter {
    Process start() throws IOException;
  }

  /**
   * Starts the program that signals go to from now on. A signal that comes meanwhile waits, so that
   * none is lost between two states.
   */
  synchronized Process start(Starter starter) throws IOException {
    if (abandonedBy != 0) {
      throw new Failure(ExitCode.INTERRUPTED, "interrupted before the command was started");
    }
    Process program = starter.start();
    target = program;
    return program;
  }

  synchronized void stopRelaying() {
    target = null;
  }

  /** The signal that made the work be abandoned. */
  public synchronized OptionalInt abandonedBy() {
    return abandonedBy == 0 ? OptionalInt.empty() : OptionalInt.of(abandonedBy);
  }

  private synchronized void receive(Signal signal) {
    if (!signal.getName().equals("HUP")) {
      received++;
    }
    Process program = target;
    if (program == null || received >= patience) {
      abandonedBy = signal.getNumber();
      abandon(program);
    } else if (!signal.getName().equals("INT") || !isForeground()) {
      send(signal.getName(), program);
    }
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
