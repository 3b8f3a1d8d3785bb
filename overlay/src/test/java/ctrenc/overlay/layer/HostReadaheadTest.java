package ctrenc.overlay.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class HostReadaheadTest {

  private final List<Long> brought = new ArrayList<>();

  private HostReadahead direct() {
    return new HostReadahead(brought::add, Runnable::run);
  }

  @Test
  void whoWalksFindsEveryFileBroughtOnce() {
    HostReadahead readahead = direct();
    for (long inode = 100; inode <= 300; inode += 2) {
      readahead.used(inode);
      readahead.used(inode);
    }
    List<Long> ahead = brought.stream().filter(inode -> inode <= 300).toList();
    assertThat(ahead).containsExactlyElementsOf(LongStream.rangeClosed(109, 300).boxed().toList());
    assertThat(brought).doesNotHaveDuplicates().allMatch(inode -> inode < 300 + 41);
  }

  @Test
  void whoJumpsAboutBringsNothing() {
    HostReadahead readahead = direct();
    for (long inode = 1; inode < 10_000; inode = inode * 3 + 100) {
      readahead.used(inode);
    }
    for (long inode = 1000; inode > 900; inode--) {
      readahead.used(inode);
    }
    assertThat(brought).isEmpty();
  }

  @Test
  void aSecondWalkBeginsAnew() {
    HostReadahead readahead = direct();
    LongStream.range(100, 120).forEach(readahead::used);
    brought.clear();
    LongStream.range(10, 30).forEach(readahead::used);
    assertThat(brought).contains(15L, 29L).allMatch(inode -> inode < 80);
  }

  @Test
  void whatCannotBeBroughtAndHelpersWithoutTimeDoNoHarm() {
    HostReadahead damaged =
        new HostReadahead(
            inode -> {
              brought.add(inode);
              throw new IOException("damaged");
            },
            Runnable::run);
    LongStream.range(100, 120).forEach(damaged::used);
    assertThat(brought).isNotEmpty();
    HostReadahead refused =
        new HostReadahead(
            brought::add,
            command -> {
              throw new RejectedExecutionException();
            });
    brought.clear();
    LongStream.range(100, 120).forEach(refused::used);
    assertThat(brought).isEmpty();
    refused.close();
  }

  @Test
  void theEndWaitsForWhatIsAtWork() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (ExecutorService helpers = Executors.newSingleThreadExecutor()) {
      HostReadahead readahead =
          new HostReadahead(
              inode -> {
                begun.countDown();
                awaitQuietly(mayEnd);
                brought.add(inode);
              },
              helpers);
      LongStream.range(100, 105).forEach(readahead::used);
      begun.await();
      Thread end = Thread.ofPlatform().start(readahead::close);
      assertThat(end.isAlive()).isTrue();
      mayEnd.countDown();
      end.join();
      assertThat(brought).contains(105L);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
