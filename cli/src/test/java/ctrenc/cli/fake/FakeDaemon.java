package ctrenc.cli.fake;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Listens in a run directory as the daemon does. */
public final class FakeDaemon implements AutoCloseable {
  /** gRPC sets an option of TCP on every connection, at which Netty warns. */
  private static final Logger BOOTSTRAP = Logger.getLogger("io.netty.bootstrap");

  private final EventLoopGroup group = new EpollEventLoopGroup(1);
  private final FakeContainers containers = new FakeContainers();
  private final Server server;

  public FakeDaemon(Path run) throws IOException {
    BOOTSTRAP.setLevel(Level.SEVERE);
    FakeImages images = new FakeImages();
    server =
        NettyServerBuilder.forAddress(
                new DomainSocketAddress(run.resolve("ctr-enc.sock").toString()))
            .channelType(EpollServerDomainSocketChannel.class)
            .bossEventLoopGroup(group)
            .workerEventLoopGroup(group)
            .addService(containers)
            .addService(new FakeNested(containers))
            .addService(images)
            .addService(new FakeSnapshots())
            .addService(new FakeMaintenance())
            .addService(new FakeTransfers())
            .addService(new FakeKeys())
            .addService(new FakeStatus(run.resolve("state"), this::close))
            .build()
            .start();
  }

  public FakeContainers containers() {
    return containers;
  }

  public void awaitTermination() throws InterruptedException {
    server.awaitTermination();
  }

  @Override
  public void close() {
    server.shutdownNow();
    group.shutdownGracefully();
  }
}
