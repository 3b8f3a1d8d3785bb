package ctrenc.cli.doctor;

import java.util.List;

/**
 * One thing that was looked at.
 *
 * @param subject what
 * @param found what is there
 * @param advice what to do; empty where all is well
 */
public record Finding(String subject, Verdict verdict, String found, String advice) {

  /** The names of the fields in JSON. */
  public static final List<String> FIELDS = List.of("subject", "verdict", "found", "advice");

  /** What follows from a finding. */
  public enum Verdict {
    OK,
    /** It works, but not as well, or not everything does. */
    NOTE,
    /** It does not work. */
    PROBLEM;

    public String text() {
      return switch (this) {
        case OK -> "ok";
        case NOTE -> "note";
        case PROBLEM -> "problem";
      };
    }
  }

  static Finding ok(String subject, String found) {
    return new Finding(subject, Verdict.OK, found, "");
  }

  static Finding note(String subject, String found, String advice) {
    return new Finding(subject, Verdict.NOTE, found, advice);
  }

  static Finding problem(String subject, String found, String advice) {
    return new Finding(subject, Verdict.PROBLEM, found, advice);
  }
}
