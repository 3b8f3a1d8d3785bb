package ctrenc.cli.exit;

/**
 * The end of a verb that could not do its work. The message is the one plain sentence for the
 * person who called: what went wrong, and what to do next.
 */
public final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ExitCode code;

  public Failure(ExitCode code, String sentence) {
    super(sentence);
    this.code = code;
  }

  public Failure(ExitCode code, String sentence, Throwable cause) {
    super(sentence, cause);
    this.code = code;
  }

  public ExitCode code() {
    return code;
  }

  public String sentence() {
    return String.valueOf(getMessage());
  }
}
