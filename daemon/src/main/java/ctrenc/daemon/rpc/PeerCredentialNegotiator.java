package ctrenc.daemon.rpc;

import ctrenc.daemon.nested.ConnectionLimit;
import io.grpc.Attributes;
import io.grpc.ServerCredentials;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Puts the peer's credentials among a connection's attributes, without TLS, and closes connections
 * that are too many, and refuses calls on one that are. grpc-netty has no public hook for this: the
 * one that its ALTS and xDS parts use is internal to gRPC, so this class is the only one that
 * touches it, and a test pins its behaviour.
 */
final class PeerCredentialNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {

  private final Optional<ConnectionLimit> limit;

  private PeerCredentialNegotiator(Optional<ConnectionLimit> limit) {
    this.limit = limit;
  }

  static ServerCredentials credentials(Optional<ConnectionLimit> limit) {
    return InternalNettyServerCredentials.create(new PeerCredentialNegotiator(limit));
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpcHandler) {
    if (limit.isPresent()) {
      // As the peer is told; by itself the server holds to it only once the peer says it has heard.
      grpcHandler.connection().remote().maxActiveStreams(UnixServer.MOST_CALLS);
    }
    ChannelHandler negotiated = InternalProtocolNegotiators.grpcNegotiationHandler(grpcHandler);
    return InternalProtocolNegotiators.waitUntilActiveHandler(
        new CredentialHandler(negotiated, limit), grpcHandler.getNegotiationLogger());
  }

  @Override
  public AsciiString scheme() {
    return AsciiString.of("http");
  }

  @Override
  public void close() {}

  /**
   * Waits in the pipeline for the negotiation's event, adds the credentials to it, and gives its
   * place to gRPC.
   */
  private static final class CredentialHandler extends ChannelInboundHandlerAdapter {

    private final ChannelHandler next;
    private final Optional<ConnectionLimit> limit;

    CredentialHandler(ChannelHandler next, Optional<ConnectionLimit> limit) {
      this.next = next;
      this.limit = limit;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
      if (!(event instanceof ProtocolNegotiationEvent negotiation)) {
        super.userEventTriggered(context, event);
        return;
      }
      if (limit.isPresent() && !isCounted(limit.get(), context.channel())) {
        context.close();
        return;
      }
      Attributes attributes =
          InternalProtocolNegotiationEvent.getAttributes(negotiation).toBuilder()
              .set(PeerCredentials.ATTRIBUTE, read(context.channel()))
              .build();
      context.pipeline().replace(this, null, next);
      context.fireUserEventTriggered(
          InternalProtocolNegotiationEvent.withAttributes(negotiation, attributes));
    }

    private static boolean isCounted(ConnectionLimit limit, Channel channel) {
      boolean isCounted = limit.begin();
      if (isCounted) {
        channel.closeFuture().addListener(closed -> limit.end());
      }
      return isCounted;
    }

    private static PeerCredentials read(Channel channel) throws IOException {
      var credentials = ((EpollDomainSocketChannel) channel).peerCredentials();
      Set<Integer> groups = new HashSet<>();
      for (int group : credentials.gids()) {
        groups.add(group);
      }
      return new PeerCredentials(credentials.pid(), credentials.uid(), Set.copyOf(groups));
    }
  }
}
