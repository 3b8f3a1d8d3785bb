package ctrenc.daemon.rpc;

import ctrenc.daemon.nested.ConnectionLimit;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * A gRPC server on a unix socket. The socket appears at its path in one step, with its mode and
 * group set, and replaces one that a killed daemon left there. Calls run on platform threads: they
 * block in native calls, which would hold the carriers of virtual ones.
 */
public final class UnixServer implements AutoCloseable {

  private static final int MAX_MESSAGE = 4 << 20;

  /** sockaddr_un of unix(7) holds 108 bytes with the final zero. */
  private static final int MAX_PATH = 107;

  private static final long PATIENCE_MILLIS = 2000;

  /** So many calls may be under way on one connection of a container; each holds a thread. */
  static final int MOST_CALLS = 8;

  private final Path socket;
  private final Server server;
  private final EventLoopGroup loops;
  private final ExecutorService calls;

  private UnixServer(Path socket, Server server, EventLoopGroup loops, ExecutorService calls) {
    this.socket = socket;
    this.server = server;
    this.loops = loops;
    this.calls = calls;
  }

  /**
   * Listens at {@code socket}; {@code group} is the id of a group whose members may call besides
   * root and the daemon's own user.
   */
  public static UnixServer start(Path socket, OptionalInt group, List<BindableService> services)
      throws IOException {
    Path fresh = socket.resolveSibling(socket.getFileName() + ".new");
    if (fresh.toString().length() > MAX_PATH) {
      throw new IOException(
          "The path of the run directory is too long for a socket: choose one of at most 90 characters.");
    }
    Files.deleteIfExists(fresh);
    return listen(
        socket,
        fresh,
        new PeerAuthorization(ownUser(), group),
        Optional.empty(),
        services,
        at -> restrict(at, group));
  }

  private static int ownUser() throws IOException {
    return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  /**
   * Listens at {@code socket}, however long its path is; everybody may connect, within {@code
   * limit}, and {@code access} says who may call.
   */
  static UnixServer startOpen(
      Path socket, ServerInterceptor access, ConnectionLimit limit, List<BindableService> services)
      throws IOException {
    try (Descriptor directory =
        FileOpener.open(socket.resolveSibling(""), OpenFlag.PATH | OpenFlag.DIRECTORY)) {
      // The name is used once: when the server ends, it removes what has the name at which it
      // began.
      Path fresh = Path.of("/proc/self/fd/" + directory.number(), UUID.randomUUID().toString());
      return listen(
          socket,
          fresh,
          access,
          Optional.of(limit),
          services,
          at -> Files.setPosixFilePermissions(at, PosixFilePermissions.fromString("rw-rw-rw-")));
    }
  }

  /** Says who may connect to a socket. */
  @FunctionalInterface
  private interface Restriction {
    void on(Path socket) throws IOException;
  }

  private static UnixServer listen(
      Path socket,
      Path fresh,
      ServerInterceptor access,
      Optional<ConnectionLimit> limit,
      List<BindableService> services,
      Restriction restriction)
      throws IOException {
    EventLoopGroup loops = new EpollEventLoopGroup(1, named("ctr-enc-rpc"));
    ExecutorService calls = Executors.newCachedThreadPool(named("ctr-enc-call"));
    NettyServerBuilder builder =
        builder(fresh, loops, limit)
            .executor(calls)
            // The last interceptor that is added is the first that is asked.
            .intercept(new FailureInterceptor())
            .intercept(access);
    services.forEach(builder::addService);
    Server server = builder.build().start();
    restriction.on(fresh);
    Files.move(fresh, socket, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return new UnixServer(socket, server, loops, calls);
  }

  private static NettyServerBuilder builder(
      Path socket, EventLoopGroup loops, Optional<ConnectionLimit> limit) {
    return NettyServerBuilder.forAddress(
            new DomainSocketAddress(socket.toString()), PeerCredentialNegotiator.credentials(limit))
        .channelType(EpollServerDomainSocketChannel.class)
        .bossEventLoopGroup(loops)
        .workerEventLoopGroup(loops)
        .withChildOption(ChannelOption.ALLOCATOR, new WipedBuffers())
        .maxInboundMessageSize(MAX_MESSAGE)
        .flowControlWindow(MAX_MESSAGE)
        .maxConcurrentCallsPerConnection(limit.isPresent() ? MOST_CALLS : Integer.MAX_VALUE);
  }

  private static void restrict(Path socket, OptionalInt group) throws IOException {
    if (group.isPresent()) {
      Files.setAttribute(socket, "unix:gid", group.getAsInt());
    }
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
  }

  private static ThreadFactory named(String name) {
    return Thread.ofPlatform().name(name + "-", 0).daemon(true).factory();
  }

  /** Takes no new calls, and removes the socket. Calls under way go on. */
  public void stopAccepting() throws IOException {
    server.shutdown();
    Files.deleteIfExists(socket);
  }

  /** Takes no new calls, and waits a while for those under way, which are not cut. */
  public void drain() throws IOException {
    stopAccepting();
    try {
      server.awaitTermination(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends; calls that are still under way after two seconds are cut. */
  @Override
  public void close() throws IOException {
    stopAccepting();
    try {
      if (!server.awaitTermination(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException _) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    // The loops hand work to the calls' threads, which end when they have, however long it takes.
    loops
        .shutdownGracefully(0, PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
        .addListener(_ -> calls.shutdown())
        .awaitUninterruptibly(PATIENCE_MILLIS);
  }
}
