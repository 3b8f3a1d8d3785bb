package ctrenc.cli.verb;

import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/**
 * One thing that the command line can do. Holds no state: everything of a call is in its arguments.
 */
public interface Verb {
  String name();

  /** What it does, in one sentence. */
  String summary();

  /** Adds what it takes. */
  void describe(CommandSpec spec);

  /**
   * Does it.
   *
   * @return the exit code
   */
  int call(Arguments arguments, Session session) throws IOException, InterruptedException;

  /**
   * Whether the exit code is that of a command in a container, so that failures of our own need a
   * number apart from it.
   */
  default boolean passesExitCode() {
    return false;
  }
}
