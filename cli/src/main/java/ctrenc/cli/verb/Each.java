package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import java.util.ArrayList;
import java.util.List;

/** Does the same to each of several references: one that fails does not keep the others from it. */
final class Each {

  /** What is done to one. */
  @FunctionalInterface
  interface Action<T> {
    T apply(String reference) throws InterruptedException;
  }

  /**
   * What came of it.
   *
   * @param code that of the first that failed
   */
  record Outcome<T>(List<T> done, ExitCode code) {}

  private Each() {}

  /** Failures are told at once. */
  static <T> Outcome<T> of(List<String> references, Session session, Action<T> action)
      throws InterruptedException {
    List<T> done = new ArrayList<>();
    ExitCode code = ExitCode.OK;
    for (String reference : references) {
      try {
        done.add(action.apply(reference));
      } catch (Failure e) {
        session.surroundings().note(e.sentence());
        code = code == ExitCode.OK ? e.code() : code;
      }
    }
    return new Outcome<>(done, code);
  }
}
