package ctrenc.cli.rpc;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import io.grpc.Status;
import io.grpc.StatusException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The command line's border: a status of gRPC becomes an exit code and a sentence. What the daemon
 * says of its own is a sentence already; what the transport says is not, and is replaced.
 */
final class StatusTranslation {
  /** The transport's own words, where it gives no cause; no sentence of the daemon begins so. */
  private static final Pattern TRANSPORT =
      Pattern.compile("(?is)(end of stream|io exception|http/2 error code).*");

  private final Path socket;

  StatusTranslation(Path socket) {
    this.socket = socket;
  }

  Failure failure(StatusException e) {
    Status status = e.getStatus();
    return isBroken(status)
        ? new Failure(
            ExitCode.UNREACHABLE,
            "the connection to the daemon at %s broke: see 'ctr-enc daemon status' and its log"
                .formatted(socket),
            e)
        : new Failure(code(status.getCode()), sentence(status), e);
  }

  /** A cause never comes over the wire: it is the transport's own. */
  static boolean isBroken(Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE ->
          status.getCause() != null
              || status.getDescription() == null
              || TRANSPORT.matcher(status.getDescription()).matches();
      case INTERNAL, UNKNOWN -> status.getCause() != null;
      default -> false;
    };
  }

  static ExitCode code(Status.Code code) {
    return switch (code) {
      case OK -> ExitCode.OK;
      case NOT_FOUND -> ExitCode.NOT_FOUND;
      case ALREADY_EXISTS -> ExitCode.ALREADY_EXISTS;
      case FAILED_PRECONDITION -> ExitCode.NOT_NOW;
      case UNAVAILABLE, DEADLINE_EXCEEDED -> ExitCode.UNREACHABLE;
      case PERMISSION_DENIED, UNAUTHENTICATED -> ExitCode.NOT_ALLOWED;
      case DATA_LOSS -> ExitCode.DAMAGED;
      case RESOURCE_EXHAUSTED -> ExitCode.FULL;
      case INVALID_ARGUMENT, OUT_OF_RANGE -> ExitCode.BAD_INPUT;
      case UNIMPLEMENTED -> ExitCode.OTHER_VERSION;
      case CANCELLED -> ExitCode.INTERRUPTED;
      case ABORTED -> ExitCode.FAILED;
      case INTERNAL, UNKNOWN -> ExitCode.BUG;
    };
  }

  private String sentence(Status status) {
    String said = String.valueOf(status.getDescription());
    return switch (status.getCode()) {
      case DEADLINE_EXCEEDED ->
          "the daemon at %s does not answer: look at its log, or stop and start it"
              .formatted(socket);
      case UNIMPLEMENTED ->
          "the daemon at %s does not know this request: stop it and start the one of this version"
              .formatted(socket);
      case CANCELLED -> "interrupted";
      default ->
          status.getDescription() == null
              ? "the daemon failed without a word (%s): look at its log".formatted(status.getCode())
              : clause(said);
    };
  }

  /** A sentence as what follows the program's name and a colon. */
  private static String clause(String sentence) {
    boolean word = sentence.length() > 1 && !Character.isUpperCase(sentence.charAt(1));
    String start =
        word ? sentence.substring(0, 1).toLowerCase(Locale.ROOT) : sentence.substring(0, 1);
    String end =
        sentence.endsWith(".")
            ? sentence.substring(1, sentence.length() - 1)
            : sentence.substring(1);
    return start + end;
  }
}
