package ctrenc.daemon.rpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.OptionalInt;

/**
 * Lets root in, the user that the daemon runs as, and the members of one group if one is set.
 * Whoever may call may mount and run as that user: there are no lesser rights.
 */
public final class PeerAuthorization implements ServerInterceptor {

  /** Who calls. */
  static final Context.Key<PeerCredentials> PEER = Context.key("ctrenc.peer");

  private final int owner;
  private final OptionalInt group;

  /**
   * @param owner the user id that the daemon runs as
   */
  public PeerAuthorization(int owner, OptionalInt group) {
    this.owner = owner;
    this.group = group;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    PeerCredentials peer = call.getAttributes().get(PeerCredentials.ATTRIBUTE);
    if (peer != null && mayCall(peer)) {
      return Contexts.interceptCall(Context.current().withValue(PEER, peer), call, headers, next);
    }
    call.close(
        Status.PERMISSION_DENIED.withDescription(
            "Only root and the configured group may use this daemon: run the command as root."),
        new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private boolean mayCall(PeerCredentials peer) {
    return peer.uid() == 0
        || peer.uid() == owner
        || (group.isPresent() && peer.groups().contains(group.getAsInt()));
  }
}
