package ctrenc.daemon.refusal;

import java.io.IOException;

/**
 * What was asked cannot be done as asked. The message is one plain sentence for the person who
 * asked, with what to do next where that is known. It is an {@link IOException} so that it passes
 * through streams while an archive is read.
 */
public final class RefusedException extends IOException {

  private static final long serialVersionUID = 1L;

  /** What the caller does next. */
  public enum Kind {
    /** Asks for something that is not there: choose another name. */
    ABSENT,
    /** The name is taken: choose another one. */
    TAKEN,
    /** The input is wrong in itself: correct it. */
    INVALID,
    /** The state of things forbids it: change the state, retry. */
    CONFLICT,
    /** A disk or a limit is full: make room, retry. */
    FULL,
    /** The caller went away or gave up. */
    CANCELLED
  }

  private final Kind kind;

  public RefusedException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public RefusedException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public static RefusedException absent(String message) {
    return new RefusedException(Kind.ABSENT, message);
  }

  public static RefusedException taken(String message) {
    return new RefusedException(Kind.TAKEN, message);
  }

  public static RefusedException invalid(String message) {
    return new RefusedException(Kind.INVALID, message);
  }

  public static RefusedException conflict(String message) {
    return new RefusedException(Kind.CONFLICT, message);
  }

  public static RefusedException full(String message) {
    return new RefusedException(Kind.FULL, message);
  }

  public static RefusedException cancelled(String message) {
    return new RefusedException(Kind.CANCELLED, message);
  }

  public Kind kind() {
    return kind;
  }
}
