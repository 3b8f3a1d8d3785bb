package ctrenc.daemon.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import ctrenc.daemon.config.OwnPlaces;
import ctrenc.daemon.fake.DaemonUnderTest;
import ctrenc.daemon.fake.FakeStore;
import ctrenc.daemon.image.ImageConfigs;
import ctrenc.daemon.image.ImageImports;
import ctrenc.proto.v1.Image;
import ctrenc.proto.v1.ImagesGrpc;
import ctrenc.proto.v1.ImportImageHeader;
import ctrenc.proto.v1.ImportImageRequest;
import ctrenc.proto.v1.ImportImageResponse;
import ctrenc.proto.v1.ListImagesRequest;
import ctrenc.proto.v1.RemoveImageRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports over the socket: from a path, from the caller's stream, and cut in the middle. */
class ImagesEndpointTest {

  @TempDir Path home;

  private final EventLoopGroup loop = new EpollEventLoopGroup(1);
  private final ExecutorService streams = Executors.newCachedThreadPool();
  private FakeStore store;
  private UnixServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    store = new FakeStore(home.resolve("store"));
    ImageConfigs configs = new ImageConfigs(Files.createDirectories(home.resolve("configs")));
    ImageImports imports = new ImageImports(store.images(), configs, 0, new OwnPlaces(List.of()));
    int group = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:gid");
    server =
        UnixServer.start(
            home.resolve("s.sock"),
            OptionalInt.of(group),
            List.of(new ImagesEndpoint(store.images(), imports, streams)));
    channel = DaemonUnderTest.channel(home.resolve("s.sock"), loop);
  }

  @AfterEach
  void end() throws IOException {
    channel.shutdownNow();
    server.close();
    streams.shutdownNow();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  /** One import: what is sent, and the image or failure that comes of it. */
  private final class Import {

    final CompletableFuture<Image> image = new CompletableFuture<>();
    final ClientCallStreamObserver<ImportImageRequest> requests;

    Import() {
      requests =
          (ClientCallStreamObserver<ImportImageRequest>)
              ImagesGrpc.newStub(channel)
                  .import_(
                      new StreamObserver<>() {
                        @Override
                        public void onNext(ImportImageResponse response) {
                          if (response.hasImage()) {
                            image.complete(response.getImage());
                          }
                        }

                        @Override
                        public void onError(Throwable failure) {
                          image.completeExceptionally(failure);
                        }

                        @Override
                        public void onCompleted() {}
                      });
    }

    void header(ImportImageHeader.Builder header) {
      requests.onNext(ImportImageRequest.newBuilder().setHeader(header).build());
    }

    void data(byte[] bytes, int from, int to) {
      ByteString part = ByteString.copyFrom(bytes, from, to - from);
      requests.onNext(ImportImageRequest.newBuilder().setData(part).build());
    }

    Status.Code failure() throws Exception {
      try {
        throw new AssertionError("imported " + image.get(60, TimeUnit.SECONDS));
      } catch (ExecutionException e) {
        return Status.fromThrowable(e.getCause()).getCode();
      }
    }
  }

  private byte[] archive() throws Exception {
    Path tree = Files.createDirectories(home.resolve("tree"));
    Files.write(tree.resolve("large"), new byte[5_000_000]);
    Path tar = home.resolve("tree.tar.gz");
    List<String> line = List.of("tar", "-czf", tar.toString(), "-C", tree.toString(), ".");
    assertThat(new ProcessBuilder(line).inheritIO().start().waitFor()).isZero();
    return Files.readAllBytes(tar);
  }

  @Test
  void importsAStreamListsAndRemovesIt() throws Exception {
    byte[] archive = archive();
    Import call = new Import();
    call.header(ImportImageHeader.newBuilder().setName("n").setStream(true));
    for (int at = 0; at < archive.length; at += 1000) {
      call.data(archive, at, Math.min(archive.length, at + 1000));
    }
    call.requests.onCompleted();
    Image image = call.image.get(60, TimeUnit.SECONDS);
    assertThat(image.getBytes()).isEqualTo(5_000_000);
    ImagesGrpc.ImagesBlockingStub stub = ImagesGrpc.newBlockingStub(channel);
    assertThat(stub.list(ListImagesRequest.getDefaultInstance()).getImagesList())
        .containsExactly(image);
    assertThat(stub.remove(RemoveImageRequest.newBuilder().setReference("n").build()).getRemoved())
        .isEqualTo(image);
    assertThat(store.fakeImages().onDisk()).isEmpty();
  }

  @Test
  void importsAPath() throws Exception {
    archive();
    Import call = new Import();
    call.header(
        ImportImageHeader.newBuilder().setName("n").setPath(home.resolve("tree").toString()));
    call.requests.onCompleted();
    assertThat(call.image.get(60, TimeUnit.SECONDS).getName()).isEqualTo("n");
  }

  @Test
  void leavesNothingOfACallThatIsCut() throws Exception {
    byte[] archive = archive();
    Import call = new Import();
    call.header(ImportImageHeader.newBuilder().setName("n").setStream(true));
    call.data(archive, 0, archive.length / 2);
    awaitTrees(1);
    call.requests.cancel("gone", null);
    assertThat(call.failure()).isEqualTo(Status.Code.CANCELLED);
    awaitTrees(0);
    assertThat(store.images().list()).isEmpty();
  }

  private void awaitTrees(int count) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (store.fakeImages().onDisk().size() != count) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void refusesCallsThatSayNothing() throws Exception {
    Import headless = new Import();
    headless.data(new byte[10], 0, 10);
    assertThat(headless.failure()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    Import empty = new Import();
    empty.requests.onCompleted();
    assertThat(empty.failure()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    Import nothing = new Import();
    nothing.header(ImportImageHeader.newBuilder().setName("n"));
    assertThat(nothing.failure()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(store.fakeImages().onDisk()).isEmpty();
  }
}
