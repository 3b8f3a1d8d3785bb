package ctrenc.crypto.tpm;

/** What the refusals of a TPM mean to people (TPM 2.0 Library, part 2, section 6.6). Stateless. */
final class TpmAnswers {

  /** Says that the error is about a parameter, a handle or a session, whose number is masked. */
  private static final int FORMAT_ONE = 0x80;

  private static final int WITHOUT_NUMBER = 0xBF;

  private static final int HIERARCHY = 0x85;
  private static final int AUTH_FAIL = 0x8E;
  private static final int BAD_AUTH = 0xA2;
  private static final int INITIALIZE = 0x100;

  private TpmAnswers() {}

  static TpmException refusal(TpmCode command, int answer) {
    return new TpmException(
        "refuses %s with 0x%x%s".formatted(command.name(), answer, meaning(answer)));
  }

  private static String meaning(int answer) {
    int error = (answer & FORMAT_ONE) == 0 ? answer : answer & WITHOUT_NUMBER;
    return switch (error) {
      case HIERARCHY -> ": its storage hierarchy is switched off, so switch it on in the firmware";
      case AUTH_FAIL, BAD_AUTH ->
          ": its storage hierarchy has a password, so take that away (tpm2_changeauth -c owner)";
      case INITIALIZE -> ": nobody has started it up, which the machine's firmware does";
      default -> "";
    };
  }
}
