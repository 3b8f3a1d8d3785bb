package ctrenc.daemon.rpc;

/**
 * Carries a checked failure through gRPC's listeners, which declare none, to {@link
 * FailureInterceptor}.
 */
final class CheckedFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Exception failure;

  CheckedFailure(Exception failure) {
    super(failure);
    this.failure = failure;
  }

  Exception failure() {
    return failure;
  }
}
