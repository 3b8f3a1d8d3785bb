package ctrenc.cli.process;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import ctrenc.proto.v1.Command;
import java.io.File;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Executes what the daemon answered, with the streams of this process: exactly that argument list
 * and environment, no shell.
 */
public final class ForegroundProgram {
  /** Added to the number of a signal. */
  public static final int SIGNALLED = 128;

  /** With which a program in Go ends that cannot end itself by a signal, in its own words. */
  private static final int WRONG_STATUS = 2;

  private final SignalRelay signals;
  private final Consumer<String> notes;

  /**
   * @param notes takes a sentence for the person who called
   */
  public ForegroundProgram(SignalRelay signals, Consumer<String> notes) {
    this.signals = signals;
    this.notes = notes;
  }

  /**
   * Returns when the program has ended.
   *
   * @param withInput whether it reads standard input, which is empty for it otherwise
   * @param terminal modes to put back afterwards
   * @return its exit code: 128 plus the number of the signal that ended it; 125 to 127 where the
   *     runtime says that the command did not start
   */
  public int run(Command command, boolean withInput, Optional<TerminalState> terminal)
      throws IOException, InterruptedException {
    Process process = start(command, withInput);
    try {
      int code = process.waitFor();
      return code == 0 ? 0 : meaning(code, command.getLog());
    } finally {
      signals.stopRelaying();
      if (terminal.isPresent()) {
        terminal.get().restore();
      }
    }
  }

  /** A start that a signal ended is not the command's end, nor the runtime's failure. */
  private int meaning(int code, String log) throws IOException, InterruptedException {
    Optional<RuntimeLog.NotStarted> failure = RuntimeLog.failure(log);
    OptionalInt signal = signals.endedStart(failure.isPresent() || code == WRONG_STATUS);
    return signal.isPresent()
        ? SIGNALLED + signal.getAsInt()
        : failure.map(this::told).orElse(code);
  }

  /** The runtime has said in its own words what it met; what to do next it has not. */
  private int told(RuntimeLog.NotStarted failure) {
    notes.accept(failure.sentence());
    return failure.code().number();
  }

  private Process start(Command command, boolean withInput) {
    if (command.getArgvCount() == 0) {
      throw new Failure(
          ExitCode.OTHER_VERSION,
          "the daemon named no program to execute: stop it and start the one of this version");
    }
    ProcessBuilder builder = new ProcessBuilder(command.getArgvList()).inheritIO();
    if (!withInput) {
      builder.redirectInput(new File("/dev/null"));
    }
    fill(builder.environment(), command);
    try {
      return signals.start(builder);
    } catch (IOException e) {
      throw new Failure(
          ExitCode.OWN_FAILURE,
          "%s cannot be executed: install it (Debian: apt-get install runc)"
              .formatted(command.getArgv(0)),
          e);
    }
  }

  private static void fill(Map<String, String> environment, Command command) {
    environment.clear();
    for (String variable : command.getEnvList()) {
      int equals = variable.indexOf('=');
      if (equals > 0) {
        environment.put(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
  }
}
