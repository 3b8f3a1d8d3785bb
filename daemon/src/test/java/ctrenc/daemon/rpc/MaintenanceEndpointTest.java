package ctrenc.daemon.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.daemon.fake.DaemonUnderTest;
import ctrenc.daemon.fake.FakeStore;
import ctrenc.proto.v1.MaintenanceGrpc;
import ctrenc.proto.v1.VerifyFinding;
import ctrenc.proto.v1.VerifyProgress;
import ctrenc.proto.v1.VerifyRequest;
import ctrenc.proto.v1.VerifyResponse;
import io.grpc.ManagedChannel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a verification tells its caller. */
@Timeout(60)
class MaintenanceEndpointTest {

  @TempDir Path home;

  private final EventLoopGroup loop = new EpollEventLoopGroup(1);
  private final ExecutorService streams = Executors.newCachedThreadPool();
  private UnixServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    int group = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:gid");
    FakeStore store = new FakeStore(home.resolve("store"));
    server =
        UnixServer.start(
            home.resolve("s.sock"),
            OptionalInt.of(group),
            List.of(new MaintenanceEndpoint(store, name -> new UUID(0, 1), streams)));
    channel = DaemonUnderTest.channel(home.resolve("s.sock"), loop);
  }

  @AfterEach
  void end() throws IOException {
    channel.shutdownNow();
    server.close();
    streams.shutdownNow();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private List<VerifyResponse> verify(String from) {
    List<VerifyResponse> told = new ArrayList<>();
    VerifyRequest request = VerifyRequest.newBuilder().setReference("web").setFrom(from).build();
    MaintenanceGrpc.newBlockingStub(channel).verify(request).forEachRemaining(told::add);
    return told;
  }

  /** The last that is told of how far it is. */
  private static VerifyProgress progress(List<VerifyResponse> told) {
    return told.stream().filter(VerifyResponse::hasProgress).toList().getLast().getProgress();
  }

  @Test
  void findingNamesFileExtentAndPlace() {
    VerifyFinding finding =
        verify("").stream()
            .filter(VerifyResponse::hasFinding)
            .findFirst()
            .orElseThrow()
            .getFinding();
    assertThat(finding.getInode()).isEqualTo(5);
    assertThat(finding.getOtherInodes()).isEqualTo(2);
    assertThat(finding.getExtent()).isEqualTo(1);
    assertThat(finding.getSegmentFile())
        .isEqualTo("segments/00000000-0000-0001-0000-000000000002/3.seg");
    assertThat(finding.getOffset()).isEqualTo(44);
    assertThat(finding.getLength()).isEqualTo(5144);
  }

  /** What was removed meanwhile is in no total. */
  @Test
  void progressReachesTheTotal() {
    VerifyProgress progress = progress(verify(""));
    assertThat(progress.getDone()).isEqualTo(100);
    assertThat(progress.getTotal()).isEqualTo(100);
  }

  @Test
  void progressGoesOnWhereAnEarlierOneEnded() {
    List<VerifyResponse> told = verify("7-extents-2");
    assertThat(progress(told).getDone()).isEqualTo(160);
    assertThat(progress(told).getTotal()).isEqualTo(160);
    assertThat(told.getLast().getSummary().getBytes()).isEqualTo(100);
  }
}
