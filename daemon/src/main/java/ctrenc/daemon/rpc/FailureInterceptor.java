package ctrenc.daemon.rpc;

import io.grpc.ForwardingServerCall;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The one place where failures become statuses: those that a service throws, and those that it
 * hands to {@code StreamObserver.onError}, which gRPC closes as UNKNOWN with the failure as cause.
 */
final class FailureInterceptor implements ServerInterceptor {

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    var translating = new TranslatingCall<>(call, method);
    return new GuardedListener<>(next.startCall(translating, headers), translating, method);
  }

  private static final class TranslatingCall<Q, R>
      extends ForwardingServerCall.SimpleForwardingServerCall<Q, R> {

    private final String method;
    private final AtomicBoolean closed = new AtomicBoolean();

    TranslatingCall(ServerCall<Q, R> call, String method) {
      super(call);
      this.method = method;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!closed.compareAndSet(false, true)) {
        return;
      }
      Throwable cause = status.getCause();
      if (cause != null && status.getCode() == Status.Code.UNKNOWN) {
        super.close(FailureTranslation.translate(cause, method), trailers);
      } else {
        super.close(status, trailers);
      }
    }
  }

  private static final class GuardedListener<Q>
      extends ForwardingServerCallListener.SimpleForwardingServerCallListener<Q> {

    private final TranslatingCall<Q, ?> call;
    private final String method;

    GuardedListener(ServerCall.Listener<Q> listener, TranslatingCall<Q, ?> call, String method) {
      super(listener);
      this.call = call;
      this.method = method;
    }

    @Override
    public void onMessage(Q message) {
      guarded(() -> super.onMessage(message));
    }

    @Override
    public void onHalfClose() {
      guarded(super::onHalfClose);
    }

    @Override
    public void onReady() {
      guarded(super::onReady);
    }

    private void guarded(Runnable step) {
      try {
        step.run();
      } catch (RuntimeException failure) {
        Throwable cause = failure instanceof CheckedFailure checked ? checked.failure() : failure;
        call.close(FailureTranslation.translate(cause, method), new Metadata());
      }
    }
  }
}
