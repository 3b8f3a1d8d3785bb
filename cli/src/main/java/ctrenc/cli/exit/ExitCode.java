package ctrenc.cli.exit;

/**
 * What the process returns. The numbers are a published list ({@code cli/ABI.md}) and are never
 * given a second meaning; chosen by what the caller should do next. For {@code run} and {@code
 * exec} every number but those from 125 on belongs to the command in the container.
 */
public enum ExitCode {
  OK(0, "done"),
  FAILED(1, "an operation of the system failed, such as a file that cannot be read"),
  USAGE(2, "the arguments make no sense together"),
  NOT_FOUND(3, "no such container or image"),
  ALREADY_EXISTS(4, "the name is taken"),
  NOT_NOW(
      5, "the state forbids it: in use, running, locked, or something is missing on the machine"),
  UNREACHABLE(6, "no daemon answers, or it could not be started"),
  NOT_ALLOWED(7, "the caller may not do this"),
  DAMAGED(8, "stored data is damaged"),
  FULL(9, "no space or no other resource is left"),
  BAD_INPUT(
      10, "the daemon refuses the input, such as a damaged archive or a path that does not exist"),
  OTHER_VERSION(11, "the daemon does not know the request: it is of another version"),
  BUG(70, "a bug of ctr-enc"),
  OWN_FAILURE(125, "run, exec: ctr-enc failed, not the command"),
  NOT_EXECUTABLE(126, "run, exec: the command cannot be executed"),
  COMMAND_NOT_FOUND(127, "run, exec: there is no such command"),
  INTERRUPTED(130, "interrupted before anything came of it"),
  BROKEN_PIPE(141, "whoever read the output went away");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  public int number() {
    return number;
  }

  public String meaning() {
    return meaning;
  }
}
