package ctrenc.e2e.kernel;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Condition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The root of a container that runs is locked. */
@Tag("kernel")
class LockedContainerTest extends DaemonCase {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Its program is not on the root, so that it goes on without. */
  private static final String IN_CONTAINER =
      "trap exit TERM; echo secret > /note; exec 3< /note; while /out/busybox sleep 0.1;"
          + " do read got < /note && echo read $got; done 2>&1";

  @Test
  void aRunningContainerIsNamedAndGoesOnWithoutKeysIfForced(@TempDir Path out) throws IOException {
    Files.copy(Path.of("/bin/busybox"), out.resolve("busybox"), COPY_ATTRIBUTES);
    String[] run = {"run", "-d", "--keep", "--name", "ran", "--empty", "-v", out + ":/out", "--"};
    String[] command = {"/out/busybox", "sh", "-c", IN_CONTAINER};
    daemon.cli(Stream.of(run, command).flatMap(Stream::of).toArray(String[]::new)).ok();
    Condition.await("it reads", PATIENCE, () -> logs().contains("read secret"));
    Matcher holder =
        Pattern.compile("(\\d+) \\(busybox\\) at /").matcher(daemon.cli("lock", "ran").run().err());
    assertThat(holder.find()).isTrue();
    assertThat(Path.of("/proc", holder.group(1), "root/out/busybox")).exists();
    assertThat(daemon.cli("lock", "--force", "ran").run().err())
        .contains(holder.group(1) + " (busybox) held /");
    assertThat(daemon.cli("inspect", "ran", "--json").ok()).contains("\"state\":\"locked\"");
    int before = logs().length();
    Condition.await(
        "it is told", PATIENCE, () -> logs().substring(before).contains("key not available"));
    assertThat(daemon.cli("exec", "ran", "--", "/out/busybox", "true").run().exit()).isNotZero();
    daemon.cli("stop", "ran").ok();
    assertThat(daemon.mount("ran").resolve("note")).hasContent("secret");
  }

  private String logs() {
    return daemon.cli("logs", "ran").run().out();
  }
}
