package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.DebianTree;
import ctrenc.e2e.harness.Manifest;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that shows its roots through libfuse 2, and a real Debian tree in them. */
@Tag("kernel")
class LibfuseTest {

  private static TestDaemon daemon;

  @BeforeAll
  static void start() throws IOException {
    daemon = TestDaemon.startWith(Map.of("CTR_ENC_TRANSPORT", "jnr"));
    daemon.cli("image", "import", DebianTree.archive().toString(), "debian").ok();
  }

  @AfterAll
  static void stop() throws IOException {
    daemon.close();
  }

  @Test
  void theDaemonSaysHowItShowsRoots() {
    assertThat(daemon.cli("daemon", "status").ok()).containsPattern("transport +jnr");
  }

  @Test
  void containersRunOnIt() {
    String work =
        """
        dpkg -i /var/cache/packages/hello_*.deb >&2 && hello && dpkg -V hello
        cd /root && git init -q repo && cd repo
        git config user.name e2e && git config user.email e2e@localhost
        printf '#include <stdio.h>\\nint main(void) { puts("compiled"); return 0; }\\n' > a.c
        git add . && git commit -qm one && git mv a.c b.c && git commit -qm two && git fsck --strict >&2
        gcc -O1 -o b b.c && ./b
        python3 -c 'import os, sys; print("python", sys.version_info.major)'
        """;
    assertThat(daemon.cli("run", "debian", "--", "sh", "-euc", work).ok().lines())
        .containsExactly("Hello, world!", "compiled", "python 3");
  }

  /** But for access control lists and where holes are, which libfuse 2 cannot tell. */
  @Test
  void endsAsTheSameWorkOnExt4Does(@TempDir Path scratch) throws IOException {
    Path plain = unpacked(scratch.resolve("plain"));
    Path ours = daemon.create("same-work", "debian");
    assertThat(Manifest.of(ours)).as("before any work").isEqualTo(Manifest.of(plain));

    Path script = workWithoutLists(scratch);
    long started = System.currentTimeMillis() / 1000 - 1;
    for (Path root : new Path[] {plain, ours}) {
      Command.of("sh", "-eu", script.toString(), root.toString())
          .within(Duration.ofMinutes(5))
          .ok();
    }
    assertThat(withoutHoles(Manifest.of(ours, started)))
        .as("after the work")
        .isEqualTo(withoutHoles(Manifest.of(plain, started)));
    daemon.cli("rm", "--force", "same-work").ok();
  }

  private static Path unpacked(Path directory) throws IOException {
    String archive = DebianTree.archive().toString();
    String place = Files.createDirectories(directory).toString();
    Command.of(
            "tar",
            "--xattrs",
            "--xattrs-include=*",
            "--numeric-owner",
            "-xpf",
            archive,
            "-C",
            place)
        .within(Duration.ofMinutes(5))
        .ok();
    return directory;
  }

  private static Path workWithoutLists(Path scratch) throws IOException {
    String work = Files.readString(Manifest.resource("work.sh", scratch));
    List<String> lines =
        work.lines().filter(line -> !line.contains("setfacl") && !line.contains("/acl/")).toList();
    return Files.write(scratch.resolve("without-lists.sh"), lines);
  }

  private static List<String> withoutHoles(List<String> manifest) {
    return manifest.stream().map(line -> line.replaceAll(" runs=[0-9,-]*", "")).toList();
  }

  @Test
  void whatWasClosedSurvivesTheDeathOfTheDaemon() throws IOException {
    try (TestDaemon own = TestDaemon.startWith(Map.of("CTR_ENC_TRANSPORT", "jnr"))) {
      Path root = own.create("kept", "--empty", "--keep");
      Command.of("cp", "-a", "/etc", root.toString()).ok();
      Files.writeString(root.resolve("etc/hostname"), "changed");
      List<String> before = Manifest.of(root.resolve("etc"));
      own.kill();
      own.startAgain();
      Path again = own.mount("kept");
      assertThat(Manifest.of(again.resolve("etc"))).isEqualTo(before);
    }
  }
}
