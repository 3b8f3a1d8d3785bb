package ctrenc.cli;

import ctrenc.cli.io.Surroundings;

/** The program {@code ctr-enc}. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    int code = call(Surroundings.ofThisProcess(), arguments);
    // Not exit: nothing is left to be done, and threads of the connection need not be waited for.
    Runtime.getRuntime().halt(code);
  }

  /** One call inside of a process that goes on. */
  public static int call(Surroundings surroundings, String... arguments) {
    return new Call(surroundings).run(arguments);
  }
}
