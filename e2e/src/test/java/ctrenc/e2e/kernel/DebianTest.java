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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real Debian tree as an image: it installs packages, develops, and ends up as the same work on
 * ext4 does.
 */
@Tag("kernel")
class DebianTest {

  private static TestDaemon daemon;

  @BeforeAll
  static void start() throws IOException {
    daemon = TestDaemon.start();
    daemon.cli("image", "import", DebianTree.archive().toString(), "debian").ok();
  }

  @AfterAll
  static void stop() throws IOException {
    daemon.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"image", "writeback"})
  void installsAPackage(String mode) {
    assertThat(
            daemon
                .cli(
                    "run",
                    "--cache",
                    mode,
                    "debian",
                    "--",
                    "sh",
                    "-c",
                    "dpkg -i /var/cache/packages/hello_*.deb >&2 && hello && dpkg -V hello")
                .ok())
        .isEqualTo("Hello, world!\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"image", "writeback"})
  void runsGitPythonAndACompiler(String mode) {
    String work =
        """
        cd /root && git init -q repo && cd repo
        git config user.name e2e && git config user.email e2e@localhost
        printf '#include <stdio.h>\\nint main(void) { puts("compiled"); return 0; }\\n' > a.c
        git add . && git commit -qm one && git mv a.c b.c && git commit -qm two && git fsck --strict >&2
        git checkout -q HEAD~1 && test -e a.c && git checkout -q - && gcc -O1 -o b b.c && ./b
        python3 -c 'import os, sys; print("python", sys.version_info.major)'
        git log --oneline | wc -l
        """;
    assertThat(daemon.cli("run", "--cache", mode, "debian", "--", "sh", "-euc", work).ok().lines())
        .containsExactly("compiled", "python 3", "2");
  }

  /**
   * The tree, and a long piece of work on it, is the same to the last attribute on our root and on
   * ext4.
   */
  @ParameterizedTest
  @ValueSource(strings = {"image", "writeback"})
  void endsAsTheSameWorkOnExt4Does(String mode, @TempDir Path scratch) throws IOException {
    Path plain = Files.createDirectories(scratch.resolve("plain"));
    Command.of(
            "tar",
            "--xattrs",
            "--xattrs-include=*",
            "--acls",
            "--numeric-owner",
            "-xpf",
            DebianTree.archive().toString(),
            "-C",
            plain.toString())
        .within(Duration.ofMinutes(5))
        .ok();
    Path ours = daemon.create("same-work", "debian", "--cache", mode);
    assertThat(Manifest.of(ours)).as("before any work").isEqualTo(Manifest.of(plain));

    Path work = Manifest.resource("work.sh", scratch);
    long started = System.currentTimeMillis() / 1000 - 1;
    for (Path root : new Path[] {plain, ours}) {
      Command.of("sh", "-eu", work.toString(), root.toString()).within(Duration.ofMinutes(5)).ok();
    }
    assertThat(Manifest.of(ours, started))
        .as("after the work")
        .isEqualTo(Manifest.of(plain, started));

    daemon.cli("umount", "same-work").ok();
    Path again = daemon.mount("same-work");
    assertThat(Manifest.of(again, started))
        .as("after a remount")
        .isEqualTo(Manifest.of(plain, started));
    daemon.cli("rm", "same-work").ok();
  }
}
