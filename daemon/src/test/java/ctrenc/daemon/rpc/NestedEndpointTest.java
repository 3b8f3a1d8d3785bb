package ctrenc.daemon.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.crypto.secret.SecretMemory;
import ctrenc.daemon.config.Directories;
import ctrenc.daemon.fake.TestSettings;
import ctrenc.daemon.nested.NestedContainers;
import ctrenc.daemon.nested.NestedKeys;
import ctrenc.daemon.nested.NestedScope;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.Base;
import ctrenc.overlay.subvolume.StoreDirectory;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.proto.v1.AddProtectorsRequest;
import ctrenc.proto.v1.ListContainersRequest;
import ctrenc.proto.v1.ListContainersResponse;
import ctrenc.proto.v1.ListProtectorsResponse;
import ctrenc.proto.v1.LockRequest;
import ctrenc.proto.v1.LockResponse;
import ctrenc.proto.v1.QuotaResponse;
import ctrenc.proto.v1.RemoveProtectorsRequest;
import ctrenc.proto.v1.UnlockRequest;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the processes of one container get that ask at once. */
class NestedEndpointTest {

  private static final int CALLERS = 50;

  @TempDir private Path home;

  /** While another call has the turn the first to hear anything is one that is too many. */
  @Test
  void listIsAnsweredInItsTurn() throws Exception {
    try (StoreDirectory store =
            StoreDirectory.open(home.resolve("store"), finding -> {}, SecretMemory.plain());
        FileSystem root =
            store
                .subvolumes()
                .open(store.subvolumes().create("r", new Base.Empty(), List.of()).id());
        ExecutorService callers = Executors.newCachedThreadPool()) {
      NestedScope scope = scope(root);
      CountDownLatch isHeld = new CountDownLatch(1);
      CountDownLatch isOver = new CountDownLatch(1);
      Future<Integer> holder =
          callers.submit(() -> scope.bounds().turns().take(() -> hold(isHeld, isOver)));
      assertThat(isHeld.await(60, TimeUnit.SECONDS)).isTrue();
      Lists lists = new Lists(new NestedEndpoint(scope, "1", new NoKeys(), NestedEndpointTest::no));
      List<Future<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        all.add(callers.submit(lists::isAnswered));
      }
      assertThat(lists.first.get(60, TimeUnit.SECONDS)).as("the first is answered").isFalse();
      isOver.countDown();
      assertThat(holder.get(60, TimeUnit.SECONDS)).isZero();
      assertThat(answered(all)).isBetween(1, CALLERS - 1);
      assertThat(lists.isAnswered()).isTrue();
    }
  }

  private static int answered(List<Future<Boolean>> all) throws Exception {
    int answered = 0;
    for (Future<Boolean> one : all) {
      answered += one.get(60, TimeUnit.SECONDS) ? 1 : 0;
    }
    return answered;
  }

  private NestedScope scope(FileSystem root) throws IOException {
    TestSettings settings = TestSettings.in(home);
    Directories directories = Directories.of(settings);
    directories.makeRun();
    CompletableFuture<NestedScope> opened = new CompletableFuture<>();
    new NestedContainers(
            directories,
            settings,
            (socket, scope) -> {
              opened.complete(scope);
              return () -> {};
            })
        .goOn("container", home, root);
    return opened.join();
  }

  private static int hold(CountDownLatch isHeld, CountDownLatch isOver) throws IOException {
    isHeld.countDown();
    try {
      assertThat(isOver.await(60, TimeUnit.SECONDS)).isTrue();
      return 0;
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /** Callers that list what runs, and what the first of them heard. */
  private record Lists(NestedEndpoint endpoint, CompletableFuture<Boolean> first) {

    Lists(NestedEndpoint endpoint) {
      this(endpoint, new CompletableFuture<>());
    }

    /** False if it is refused as one too many. */
    boolean isAnswered() {
      CompletableFuture<ListContainersResponse> answer = new CompletableFuture<>();
      try {
        endpoint.list(ListContainersRequest.getDefaultInstance(), into(answer));
        assertThat(answer.join().getContainersList()).isEmpty();
        first.complete(true);
        return true;
      } catch (CheckedFailure e) {
        assertThat(e.failure())
            .isInstanceOfSatisfying(
                RefusedException.class,
                refused -> assertThat(refused.kind()).isEqualTo(RefusedException.Kind.FULL));
        first.complete(false);
        return false;
      }
    }

    private static <T> StreamObserver<T> into(CompletableFuture<T> answer) {
      return new StreamObserver<>() {
        @Override
        public void onNext(T value) {
          answer.complete(value);
        }

        @Override
        public void onError(Throwable failure) {
          answer.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {}
      };
    }
  }

  private static QuotaResponse no(NestedKeys.Owned subvolume, Object request) {
    throw new AssertionError("not asked for");
  }

  private static final class NoKeys implements NestedKeys {
    @Override
    public ListProtectorsResponse list(Owned subvolume) {
      throw new AssertionError("not asked for");
    }

    @Override
    public ListProtectorsResponse add(Owned subvolume, AddProtectorsRequest request) {
      throw new AssertionError("not asked for");
    }

    @Override
    public ListProtectorsResponse remove(Owned subvolume, RemoveProtectorsRequest request) {
      throw new AssertionError("not asked for");
    }

    @Override
    public LockResponse lock(Owned subvolume, LockRequest request) {
      throw new AssertionError("not asked for");
    }

    @Override
    public void unlock(Owned subvolume, UnlockRequest request) {
      throw new AssertionError("not asked for");
    }
  }
}
