package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.CountedCalls;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How many system calls the daemon makes for what containers do: work, not time, so that a
 * regression shows on any machine. A reply to the kernel is a {@code write}, and so is a batch in
 * the log of the metadata store; {@code pwrite64} and {@code pread64} are of segment files. What
 * the kernel asks besides (lookups, the attributes of a directory after each change in it) is in
 * the numbers.
 */
@Tag("kernel")
class SystemCallTest {

  private static final int COUNT = 200;

  /** Calls that are not of what is counted: a record of the store, a reply to a stray request. */
  private static final int STRAY = 20;

  private TestDaemon daemon;
  private Path root;

  @BeforeEach
  void start() throws IOException {
    // How often processors are kept awake and let sleep again depends on time.
    daemon = TestDaemon.startWith(Map.of("CTR_ENC_KEEP_AWAKE", "never"));
    root = daemon.create("counted", "--empty");
  }

  @AfterEach
  void stop() throws IOException {
    daemon.close();
  }

  private Calls during(String body) throws IOException {
    String script =
        """
        cd %s && python3 - <<'END'
        import os
        page = b'x' * 4096
        for i in range(%d):
        %s
        END
        """
            .formatted(root, COUNT, body.indent(2));
    return new Calls(CountedCalls.during(daemon.pid(), script));
  }

  @Test
  void aSmallFile() throws IOException {
    Calls made =
        during(
            """
            f = os.open(f'f{i}', os.O_CREAT | os.O_WRONLY, 0o644)
            os.write(f, page)
            os.close(f)
            """);
    // Replies to lookup, getattr, create, getxattr, write, flush and release; two batches.
    made.areAtMost("write", 9).areAtMost("pwrite64", 1).areAtMost("pread64", 0).syncNothing();

    Calls known = during("os.stat(f'f{i}')");
    known.areAtMost("write", 1).areAtMost("pwrite64", 0).areAtMost("pread64", 0).syncNothing();

    Calls removed = during("os.unlink(f'f{i}')");
    // Replies to unlink and getattr; one batch.
    removed.areAtMost("write", 4).areAtMost("pwrite64", 0).areAtMost("pread64", 0).syncNothing();
  }

  @Test
  void aSyncedPage() throws IOException {
    Calls made =
        during(
            """
            if i == 0: f = os.open('f', os.O_CREAT | os.O_WRONLY, 0o644)
            os.pwrite(f, page, i * 4096)
            os.fsync(f)
            """);
    // Replies to write and fsync; one batch, which holds the page, and one sync of the log.
    made.areAtMost("write", 3).areAtMost("pwrite64", 1).areAtMost("pread64", 0);
    made.areAtMost("fdatasync", 1).areAtMost("fsync", 0);
  }

  @Test
  void aStream() throws IOException {
    Calls written =
        during(
            """
            if i == 0: f = os.open('f', os.O_CREAT | os.O_WRONLY, 0o644)
            os.write(f, page * 256)
            """);
    written.areAtMost("write", 2).areAtMost("pwrite64", 1).areAtMost("pread64", 0).syncNothing();

    Calls read =
        during(
            """
            if i == 0:
              f = os.open('f', os.O_RDONLY)
              os.fsync(f)
              os.posix_fadvise(f, 0, 0, os.POSIX_FADV_DONTNEED)
            assert len(os.pread(f, 1 << 20, i << 20)) == 1 << 20
            """);
    read.areAtMost("write", 1).areAtMost("pread64", 1).areAtMost("fadvise64", 1);
  }

  private record Calls(Map<String, Integer> counts) {

    /** Of this call there are at most {@code each} for one of what was done. */
    Calls areAtMost(String name, int each) {
      assertThat(counts.getOrDefault(name, 0))
          .as("%s in %s", name, counts)
          .isLessThanOrEqualTo(each * COUNT + STRAY);
      return this;
    }

    void syncNothing() {
      areAtMost("fdatasync", 0).areAtMost("fsync", 0);
    }
  }
}
