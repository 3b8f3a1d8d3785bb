package ctrenc.daemon.fake;

import ctrenc.crypto.secret.SecretMemory;
import ctrenc.daemon.RunningDaemon;
import ctrenc.daemon.StoreOpener;
import ctrenc.daemon.config.Settings;
import ctrenc.daemon.health.ProcessEnd;
import ctrenc.daemon.snapshotter.HostDisk;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.keeper.NoKeeping;
import ctrenc.proto.containerd.SnapshotsGrpc;
import ctrenc.proto.v1.ContainersGrpc;
import ctrenc.proto.v1.DaemonGrpc;
import ctrenc.proto.v1.ImagesGrpc;
import ctrenc.proto.v1.KeysGrpc;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A daemon in this process, and a client of it on its socket. */
public final class DaemonUnderTest implements AutoCloseable {

  /** Counts down when the daemon is asked to end. */
  public final CountDownLatch asked = new CountDownLatch(1);

  private final RunningDaemon daemon;
  private final EventLoopGroup loop = new EpollEventLoopGroup(1);
  private final ManagedChannel channel;
  private final ManagedChannel snapshots;

  public DaemonUnderTest(Settings settings, StoreOpener store, Transport transport)
      throws IOException {
    this(settings, store, transport, HostDisk.ofKernel());
  }

  public DaemonUnderTest(Settings settings, StoreOpener store, Transport transport, HostDisk disk)
      throws IOException {
    daemon =
        RunningDaemon.start(
            settings,
            new RunningDaemon.Parts(
                store,
                (_, _) -> new NoKeeping(),
                transport,
                "test",
                "0",
                SecretMemory.plain(),
                Clock.systemUTC(),
                disk,
                new Asked(asked)));
    channel = channel(settings.runDirectory().resolve("ctr-enc.sock"), loop);
    snapshots = channel(settings.runDirectory().resolve("snapshots.sock"), loop);
  }

  /** A daemon on a fake store and the kernel's overlayfs. */
  public static DaemonUnderTest onFakes(Settings settings, FakeStore store) throws IOException {
    return new DaemonUnderTest(settings, (_, _, _, _) -> store, new KernelOverlay());
  }

  public static ManagedChannel channel(Path socket, EventLoopGroup loop) {
    return NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toString()))
        .channelType(EpollDomainSocketChannel.class)
        .eventLoopGroup(loop)
        .usePlaintext()
        .overrideAuthority("localhost")
        .build();
  }

  public ContainersGrpc.ContainersBlockingStub containers() {
    return ContainersGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  public ContainersGrpc.ContainersStub containersAsync() {
    return ContainersGrpc.newStub(channel);
  }

  public ImagesGrpc.ImagesBlockingStub images() {
    return ImagesGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  public ImagesGrpc.ImagesStub imagesAsync() {
    return ImagesGrpc.newStub(channel);
  }

  public HealthGrpc.HealthBlockingStub health() {
    return HealthGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  public KeysGrpc.KeysBlockingStub keys() {
    return KeysGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  /** What containerd sees. */
  public SnapshotsGrpc.SnapshotsBlockingStub snapshots() {
    return SnapshotsGrpc.newBlockingStub(snapshots).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  public DaemonGrpc.DaemonBlockingStub daemon() {
    return DaemonGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private record Asked(CountDownLatch asked) implements ProcessEnd {

    @Override
    public void stop() {
      asked.countDown();
    }

    @Override
    public void handOver() {
      throw new AssertionError("nothing is kept in a test's process");
    }

    @Override
    public boolean isManaged() {
      return false;
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    snapshots.shutdownNow();
    daemon.close();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
