package ctrenc.e2e.harness;

/** Signals to processes that are known by their ids. */
public final class Signals {

  private Signals() {}

  /** Sends one by its name, as {@code TERM}; the process must be there. */
  public static void send(String name, Process process) {
    Command.of("kill", "-" + name, Long.toString(process.pid())).ok();
  }
}
