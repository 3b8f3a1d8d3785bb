package ctrenc.daemon.rpc;

import ctrenc.daemon.nested.NestedScope;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/**
 * Lets those in who stand in the root that a socket is for. The socket of another container,
 * however somebody came to it, is of no use: who connects is judged by his own root directory.
 */
final class NestedAuthorization implements ServerInterceptor {

  /** Who calls. */
  static final Context.Key<PeerCredentials> PEER = Context.key("ctrenc.nested-peer");

  private final NestedScope scope;

  NestedAuthorization(NestedScope scope) {
    this.scope = scope;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    PeerCredentials peer = call.getAttributes().get(PeerCredentials.ATTRIBUTE);
    if (peer != null && scope.admits(peer.pid())) {
      return Contexts.interceptCall(Context.current().withValue(PEER, peer), call, headers, next);
    }
    call.close(
        Status.PERMISSION_DENIED.withDescription(
            "This socket is another container's: run the command inside that one."),
        new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
