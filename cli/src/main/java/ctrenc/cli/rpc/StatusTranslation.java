package ctrenc.cli.rpc;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import io.grpc.Status;
import io.grpc.StatusException;
import java.nio.file.Path;

/**
 * The command line's border: a status of gRPC becomes an exit code and a sentence. What the daemon
 * says of its own is a sentence already; what the transport says is not, and is replaced.
 */
final class StatusTranslation {
  private final Path socket;

  StatusTranslation(Path socket) {
    this.socket = socket;
  }

  Failure failure(StatusException e) {
    return new Failure(code(e.getStatus().getCode()), sentence(e.getStatus()), e);
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
      case UNAVAILABLE -> unavailable(status, said);
      case DEADLINE_EXCEEDED ->
          "the daemon at %s does not answer: look at its log, or stop and start it"
              .formatted(socket);
      case UNIMPLEMENTED ->
          "the daemon at %s does not know this request: stop it and start the one of this version"
              .formatted(socket);
      case CANCELLED -> "interrupted";
      case INTERNAL, UNKNOWN ->
          "the daemon failed (%s): look at its log and report it".formatted(said);
      default ->
          status.getDescription() == null
              ? "the daemon refused: %s".formatted(status.getCode())
              : said;
    };
  }

  private String unavailable(Status status, String said) {
    if (status.getCause() != null || status.getDescription() == null || said.contains("stream")) {
      return "the connection to the daemon at %s broke: see 'ctr-enc daemon status' and its log"
          .formatted(socket);
    }
    return said;
  }
}
