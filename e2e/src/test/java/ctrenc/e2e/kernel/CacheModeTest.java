package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cache mode of a root: chosen, told, kept, and what it does to the page cache. */
@Tag("kernel")
class CacheModeTest {

  private static final int SIZE = 64 << 20;

  @TempDir static Path scratch;
  private static TestDaemon daemon;
  private static Path lower;

  @BeforeAll
  static void start() throws IOException {
    lower = Files.createDirectories(scratch.resolve("lower"));
    byte[] bytes = new byte[SIZE];
    new Random(1).nextBytes(bytes);
    Files.write(lower.resolve("big"), bytes);
    daemon = TestDaemon.start();
  }

  @AfterAll
  static void stop() throws IOException {
    daemon.close();
  }

  private static Path create(String name, String mode, String... more) {
    String[] args = new String[5 + more.length];
    System.arraycopy(
        new String[] {name, "--lower", lower.toString(), "--cache", mode}, 0, args, 0, 5);
    System.arraycopy(more, 0, args, 5, more.length);
    return daemon.create(args);
  }

  @Test
  void isToldAndKept() {
    create("kept-image", "image", "--keep");
    create("kept-writeback", "writeback", "--keep");
    daemon.stop();
    daemon.startAgain();
    for (String mode : new String[] {"image", "writeback"}) {
      daemon.cli("mount", "kept-" + mode).ok();
      JsonObject shown =
          JsonParser.parseString(daemon.cli("inspect", "--json", "kept-" + mode).ok())
              .getAsJsonArray()
              .get(0)
              .getAsJsonObject();
      assertThat(shown.get("cache").getAsString()).isEqualTo(mode);
      assertThat(shown.get("passthrough").getAsString())
          .isEqualTo(mode.equals("image") ? "active" : "off");
      daemon.cli("rm", "kept-" + mode).ok();
    }
  }

  @Test
  void othersAreRefused() {
    Command.Result refused =
        daemon.cli("create", "other", "--empty", "--cache", "writethrough").run();
    assertThat(refused.exit()).isEqualTo(2);
    assertThat(refused.err()).contains("'image' or 'writeback'");
  }

  /**
   * Where the kernel reads the image's files by itself they pass nobody else, and there is no page
   * cache but the host's for them.
   */
  @Test
  void filesOfTheImagePassTheDaemonOnlyInWritebackMode() throws IOException {
    assertThat(readByTheDaemonFor(create("first", "image"))).isLessThan(SIZE / 16);
    assertThat(readByTheDaemonFor(create("second", "image"))).isLessThan(SIZE / 16);
    assertThat(readByTheDaemonFor(create("third", "writeback"))).isGreaterThanOrEqualTo(SIZE);
    assertThat(readByTheDaemonFor(create("fourth", "writeback"))).isGreaterThanOrEqualTo(SIZE);
    daemon.cli("rm", "first", "second", "third", "fourth").ok();
  }

  /** Bytes that the daemon reads while all of a root's file is read. */
  private static long readByTheDaemonFor(Path root) throws IOException {
    long pid = daemon.pid();
    long before = bytesRead(pid);
    Command.of("cksum", root.resolve("big").toString()).ok();
    return bytesRead(pid) - before;
  }

  private static long bytesRead(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/io")).stream()
        .filter(line -> line.startsWith("rchar: "))
        .mapToLong(line -> Long.parseLong(line.substring("rchar: ".length())))
        .findFirst()
        .orElseThrow();
  }
}
