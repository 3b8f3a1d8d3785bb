package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Nothing that a container wrote is anywhere on disk in clear, neither content nor names nor
 * attributes.
 */
@Tag("kernel")
class SecrecyTest {

  /**
   * Built from parts, so that this string is in no file of the host's tree that the container
   * shows.
   */
  private static String canary() {
    return "canary-" + UUID.randomUUID();
  }

  @Test
  void whatAContainerWritesIsNowhereInClear() throws IOException {
    try (TestDaemon daemon = TestDaemon.start()) {
      String canary = canary();
      Path root = daemon.create("secret", "--empty", "--keep");
      String work =
          """
          cd "$1"; printf %s "$2" > small; mkdir "$2"; ln -s "$2" link; setfattr -n user.note -v "$2" small
          for i in $(seq 1 20000); do printf '%s\\n' "$2"; done > large; printf %s "$2" > "$2/$2"
          sync . small large
          """;
      Command.of("sh", "-euc", work, "work", root.toString(), canary).ok();
      assertThat(found(daemon.state(), canary)).isEmpty();
      assertThat(found(daemon.run(), canary))
          .as("logs and sockets, not the mounted root")
          .isEmpty();

      daemon.stop();
      assertThat(found(daemon.state(), canary)).as("after an orderly stop").isEmpty();

      Path plain = Files.writeString(daemon.state().resolve("planted"), canary);
      assertThat(found(daemon.state(), canary))
          .as("the search finds what is there")
          .hasLineCount(1);
      Files.delete(plain);
      daemon.startAgain();
    }
  }

  @Test
  void heapNamesTellNothing() throws IOException {
    try (TestDaemon daemon = TestDaemon.start()) {
      String canary = canary();
      Path root = daemon.create("secret", "--empty");
      Files.writeString(root.resolve(canary), canary);
      String jcmd =
          ProcessHandle.of(daemon.pid())
              .flatMap(p -> p.info().command())
              .orElseThrow()
              .replaceAll("java$", "jcmd");
      assertThat(Command.of(jcmd, Long.toString(daemon.pid()), "GC.class_histogram").run().out())
          .doesNotContain(canary);
      assertThat(Command.of("ps", "-o", "args=", "-p", Long.toString(daemon.pid())).ok())
          .doesNotContain(canary);
    }
  }

  private static String found(Path directory, String canary) {
    return Command.of(
            "grep", "-rlaF", "--exclude-dir=roots", "--devices=skip", canary, directory.toString())
        .run()
        .out()
        .strip();
  }
}
