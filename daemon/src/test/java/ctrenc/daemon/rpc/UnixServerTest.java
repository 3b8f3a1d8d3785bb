package ctrenc.daemon.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.daemon.fake.DaemonUnderTest;
import ctrenc.daemon.nested.ConnectionLimit;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.DiskFullException;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.proto.v1.DaemonGrpc;
import ctrenc.proto.v1.ShutdownRequest;
import ctrenc.proto.v1.ShutdownResponse;
import ctrenc.proto.v1.StatusRequest;
import ctrenc.proto.v1.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pins what the server relies on of gRPC's internals: who calls is known, and every failure has its
 * status.
 */
class UnixServerTest {

  @TempDir Path directory;

  private final EventLoopGroup loop = new EpollEventLoopGroup(1);
  private final AtomicReference<PeerCredentials> seen = new AtomicReference<>();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private UnixServer server;
  private ManagedChannel channel;

  /** Fails as it is told: a status by throwing, a shutdown through the observer. */
  private final class Failing extends DaemonGrpc.DaemonImplBase {
    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
      Answer.with(
          observer,
          () -> {
            if (failure.get() != null) {
              throw failure.get();
            }
            return StatusResponse.getDefaultInstance();
          });
    }

    @Override
    public void shutdown(ShutdownRequest request, StreamObserver<ShutdownResponse> observer) {
      observer.onError(failure.get());
    }
  }

  private final class Spy implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      seen.set(call.getAttributes().get(PeerCredentials.ATTRIBUTE));
      return next.startCall(call, headers);
    }
  }

  private Path socket() {
    return directory.resolve("s.sock");
  }

  private void start(OptionalInt group) throws IOException {
    var service = ServerInterceptors.intercept(new Failing(), new Spy());
    server = UnixServer.start(socket(), group, List.of(() -> service));
  }

  @BeforeEach
  void start() throws IOException {
    start(OptionalInt.of(ownGroup()));
    channel = DaemonUnderTest.channel(socket(), loop);
  }

  @AfterEach
  void end() throws IOException {
    channel.shutdownNow();
    server.close();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private static int ownGroup() throws IOException {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:gid");
  }

  private DaemonGrpc.DaemonBlockingStub stub() {
    return DaemonGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  @Test
  void knowsWhoCalls() throws IOException {
    assertThat(stub().status(StatusRequest.getDefaultInstance())).isNotNull();
    assertThat(seen.get().pid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(seen.get().uid()).isEqualTo(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    assertThat(seen.get().groups()).contains(ownGroup());
  }

  @Test
  void showsTheSocketInOneStepWithItsMode() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
        .isEqualTo("rw-rw----");
    assertThat(directory.resolve("s.sock.new")).doesNotExist();
    server.close();
    assertThat(socket()).doesNotExist();
  }

  @Test
  void replacesASocketThatWasLeftBehind() throws IOException {
    server.close();
    Files.writeString(socket(), "left behind");
    start(OptionalInt.of(ownGroup()));
    assertThat(stub().withWaitForReady().status(StatusRequest.getDefaultInstance())).isNotNull();
  }

  /** The daemon's own descriptors do not run out for all because one container opens many. */
  @Test
  void connectionsBeyondTheLimitAreClosedUntilOthersEnd() throws Exception {
    Path open = directory.resolve("open.sock");
    ConnectionLimit limit = new ConnectionLimit();
    List<SocketChannel> held = new ArrayList<>();
    try (UnixServer nested = UnixServer.startOpen(open, new Spy(), limit, List.of(new Failing()))) {
      for (int i = 0; i < ConnectionLimit.MOST; i++) {
        held.add(connect(open));
        assertThat(firstByte(held.getLast())).as("connection %d", i).isNotEqualTo(-1);
      }
      try (SocketChannel tooMuch = connect(open)) {
        assertThat(firstByte(tooMuch)).isEqualTo(-1);
      }
      held.removeFirst().close();
      ManagedChannel further = DaemonUnderTest.channel(open, loop);
      StatusRequest request = StatusRequest.getDefaultInstance();
      while (!limit.begin()) {
        Thread.onSpinWait();
      }
      limit.end();
      assertThat(DaemonGrpc.newBlockingStub(further).status(request)).isNotNull();
      further.shutdownNow();
    } finally {
      for (SocketChannel one : held) {
        one.close();
      }
    }
  }

  private static SocketChannel connect(Path socket) throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(socket));
  }

  /** What the server says first, or -1 if it says nothing and closes. */
  private static int firstByte(SocketChannel connection) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    return connection.read(one) < 0 ? -1 : one.get(0);
  }

  @Test
  void saysEachFailureWithItsStatusOnBothWays() {
    assertSaid(RefusedException.absent("Not there."), Status.Code.NOT_FOUND, "Not there.");
    assertSaid(RefusedException.taken("Taken."), Status.Code.ALREADY_EXISTS, "Taken.");
    assertSaid(RefusedException.invalid("Wrong."), Status.Code.INVALID_ARGUMENT, "Wrong.");
    assertSaid(RefusedException.conflict("Not now."), Status.Code.FAILED_PRECONDITION, "Not now.");
    assertSaid(RefusedException.full("Full."), Status.Code.RESOURCE_EXHAUSTED, "Full.");
    assertSaid(new DamagedException("Rotten."), Status.Code.DATA_LOSS, "Rotten.");
    assertSaid(new KeyAbsentException("Locked."), Status.Code.FAILED_PRECONDITION, "Locked.");
    assertSaid(new DiskFullException("No room."), Status.Code.RESOURCE_EXHAUSTED, "No room.");
    assertSaid(new IOException("The disk said no."), Status.Code.UNAVAILABLE, "The disk said no.");
  }

  @Test
  void tellsNothingOfItsOwnBugsButThatThereIsOne() {
    failure.set(new IllegalStateException("/secret/path"));
    assertThatThrownBy(() -> stub().status(StatusRequest.getDefaultInstance()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
              assertThat(e.getStatus().getDescription())
                  .contains("IllegalStateException")
                  .doesNotContain("secret");
            });
  }

  private void assertSaid(Exception thrown, Status.Code code, String sentence) {
    failure.set(thrown);
    for (Runnable call :
        List.<Runnable>of(
            () -> stub().status(StatusRequest.getDefaultInstance()),
            () -> stub().shutdown(ShutdownRequest.getDefaultInstance()))) {
      assertThatThrownBy(call::run)
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> {
                assertThat(e.getStatus().getCode()).isEqualTo(code);
                assertThat(e.getStatus().getDescription()).isEqualTo(sentence);
              });
    }
  }
}
