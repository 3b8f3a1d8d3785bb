package ctrenc.daemon.rpc;

import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.daemon.refusal.Sentences;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.DiskFullException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.FormatTooOldException;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.storage.StoreBusyException;
import ctrenc.overlay.storage.StoreException;
import ctrenc.overlay.subvolume.AlreadyExistsException;
import ctrenc.overlay.subvolume.InUseException;
import ctrenc.overlay.subvolume.RolledBackException;
import ctrenc.overlay.subvolume.UnmovableException;
import ctrenc.overlay.subvolume.WrongSecretException;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.SystemCallException;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/** What a failure is called at this border: a status whose description is one plain sentence. */
final class FailureTranslation {

  private static final FactLog LOG = FactLog.of(FailureTranslation.class);

  private FailureTranslation() {}

  static Status translate(Throwable failure, String method) {
    return switch (failure) {
      case StatusException status -> status.getStatus();
      case StatusRuntimeException status -> status.getStatus();
      case RefusedException refused -> said(code(refused.kind()), refused);
      case StoreException store -> said(code(store), store);
      case AlreadyExistsException taken -> said(Status.ALREADY_EXISTS, taken);
      case InUseException used -> said(Status.FAILED_PRECONDITION, used);
      case UnmovableException unmovable -> said(Status.FAILED_PRECONDITION, unmovable);
      case RolledBackException older -> said(Status.FAILED_PRECONDITION, older);
      case WrongSecretException wrong -> said(Status.FAILED_PRECONDITION, wrong);
      case ClosedByInterruptException _ ->
          Status.CANCELLED.withDescription("The call was given up.");
      case SystemCallException call when call.is(ErrorNumber.ENOSPC) ->
          Status.RESOURCE_EXHAUSTED.withDescription("The disk is full: make room and try again.");
      case IOException io -> failed(io, method);
      default -> bug(failure, method);
    };
  }

  private static Status said(Status code, Throwable failure) {
    return code.withDescription(failure.getMessage());
  }

  /**
   * The machine did not do what it was asked to: the sentence is the failure's own, the log has the
   * rest.
   */
  private static Status failed(IOException failure, String method) {
    LOG.failed("request failed", failure, "method", method);
    return Status.UNAVAILABLE.withDescription(Sentences.of(failure));
  }

  private static Status bug(Throwable failure, String method) {
    LOG.failed("request met a bug", failure, "method", method);
    return Status.INTERNAL.withDescription(
        "The daemon met a bug of its own ("
            + failure.getClass().getSimpleName()
            + "): its log has the details, please report them.");
  }

  private static Status code(RefusedException.Kind kind) {
    return switch (kind) {
      case ABSENT -> Status.NOT_FOUND;
      case TAKEN -> Status.ALREADY_EXISTS;
      case INVALID -> Status.INVALID_ARGUMENT;
      case CONFLICT -> Status.FAILED_PRECONDITION;
      case FULL -> Status.RESOURCE_EXHAUSTED;
      case CANCELLED -> Status.CANCELLED;
    };
  }

  private static Status code(StoreException failure) {
    return switch (failure) {
      case DamagedException _ -> Status.DATA_LOSS;
      case DiskFullException _ -> Status.RESOURCE_EXHAUSTED;
      case KeyAbsentException _,
          FormatTooNewException _,
          FormatTooOldException _,
          StoreBusyException _ ->
          Status.FAILED_PRECONDITION;
    };
  }
}
