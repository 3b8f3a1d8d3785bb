package ctrenc.daemon.key;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.util.concurrent.TimeUnit;

/** A connection for one call of a key provider, over TCP or, for {@code unix:PATH}, a socket. */
record ProviderChannel(ManagedChannel channel, EventLoopGroup loop) implements AutoCloseable {

  private static final String UNIX = "unix:";

  static ProviderChannel to(String address) {
    EventLoopGroup loop = new EpollEventLoopGroup(1);
    NettyChannelBuilder builder =
        address.startsWith(UNIX)
            ? NettyChannelBuilder.forAddress(new DomainSocketAddress(path(address)))
                .channelType(EpollDomainSocketChannel.class)
                .overrideAuthority("localhost")
            : NettyChannelBuilder.forTarget(address).channelType(EpollSocketChannel.class);
    return new ProviderChannel(builder.eventLoopGroup(loop).usePlaintext().build(), loop);
  }

  /** {@code unix:/path} and {@code unix:///path} are the same. */
  private static String path(String address) {
    return address.substring(UNIX.length()).replaceFirst("^/+", "/");
  }

  @Override
  public void close() {
    channel.shutdownNow();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
