package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.FuseMounts;
import ctrenc.e2e.harness.Installation;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that somebody makes by mistake or from a strange place: told, or done as it was meant. */
@Tag("kernel")
class OddCallsTest extends SharedDaemonCase {

  /** Such a locale comes from the machine from which somebody logged in. */
  @Test
  void aLocaleThatTheMachineDoesNotHave() {
    for (String locale : List.of("xx_XX.UTF-8", "C", "C.UTF-8")) {
      String out =
          daemon
              .cli("run", "--host", "-e", "WORD=ä€", "--", "sh", "-c", "echo \"$WORD\" ö")
              .with(Map.of("LC_ALL", locale))
              .ok();
      assertThat(out).as(locale).isEqualTo("ä€ ö\n");
    }
  }

  @Test
  void aWorkingDirectoryThatIsGone(@TempDir Path scratch) {
    Command.Result result =
        Command.sh(
                "mkdir %1$s/gone && cd %1$s/gone && rmdir %1$s/gone && exec %2$s ps"
                    .formatted(scratch, Installation.launcher()))
            .with(daemon.environment())
            .run();
    assertThat(result.exit()).isEqualTo(69);
    assertThat(result.err())
        .endsWith("ctr-enc: the working directory is gone: change to one that exists\n")
        .doesNotContain("\tat ");
  }

  @Test
  void whatTheRuntimeRefuses() {
    for (List<String> option :
        List.of(
            List.of("--memory", "1"),
            List.of("--workdir", "/etc/passwd"),
            List.of("--volume", "/etc:/etc/passwd"))) {
      Command.Result result =
          daemon.cli("run", "--host", option.getFirst(), option.getLast(), "--", "true").run();
      assertThat(result.exit()).as("%s", option).isEqualTo(125);
      assertThat(result.err().strip().lines().toList())
          .as("%s", option)
          .last()
          .asString()
          .startsWith("ctr-enc: the runtime refused");
    }
    assertThat(daemon.cli("ps", "--quiet").ok()).isEmpty();
  }

  @Test
  void aDaemonOfAnotherStateDirectory(@TempDir Path other) {
    Command.Result result =
        daemon.cli("daemon", "start").with(Map.of("CTR_ENC_STATE", other.toString())).run();
    assertThat(result.exit()).isEqualTo(5);
    assertThat(result.err()).contains("runs already with the state directory " + daemon.state());
    assertThat(daemon.cli("daemon", "start").ok()).startsWith("the daemon was running already");
    assertThat(other).isEmptyDirectory();
  }

  @Test
  void aMachineKeyThatIsLostAndFoundAgain() throws IOException {
    try (TestDaemon other = TestDaemon.start()) {
      Files.writeString(other.create("kept", "--empty", "--keep").resolve("file"), "content");
      Path log = other.run().resolve("daemon.log");
      assertThat(log).content().doesNotContain("machine key was lost");
      other.stop();
      Path key = other.state().resolve("machine.key");
      Path safe = Files.move(key, other.state().resolveSibling("safe"));
      other.startAgain();
      assertThat(other.cli("mount", "kept").run().exit()).isEqualTo(5);
      assertThat(log).content().contains("the machine key was lost", key.toString());
      other.stop();
      Files.move(safe, key, StandardCopyOption.REPLACE_EXISTING);
      other.startAgain();
      assertThat(other.mount("kept").resolve("file")).hasContent("content");
    }
  }

  /** The machine's key is there, and whatever is written in it as it is read. */
  @Test
  void theDaemonsOwnDirectoryAsABase() {
    for (Path own : List.of(daemon.state(), daemon.state().resolve("images"), daemon.run())) {
      for (List<String> call :
          List.of(
              List.of("create", "own", "--lower", own.toString()),
              List.of("image", "import", own.toString(), "own"))) {
        Command.Result result = daemon.cli(call.toArray(String[]::new)).run();
        assertThat(result.exit()).as("%s", call).isEqualTo(10);
        assertThat(result.err()).contains("the daemon's own directory");
      }
    }
    assertThat(daemon.cli("image", "ls", "--json").ok().strip()).isEqualTo("[]");
    assertThat(daemon.state().resolve("images")).isEmptyDirectory();
  }

  @Test
  void aMountPointOverAnEarlierOne(@TempDir Path scratch) throws IOException {
    Path inner = Files.createDirectory(scratch.resolve("inner"));
    daemon.create("covered", "--empty");
    daemon.cli("mount", "covered", inner.toString()).ok();
    daemon.cli("mount", "covered", scratch.toString()).ok();
    daemon.cli("umount", "covered").ok();
    assertThat(FuseMounts.below(scratch)).isEmpty();
    assertThat(inner).isEmptyDirectory();
    Command.Result hiding =
        daemon.cli("mount", "covered", daemon.run().getParent().toString()).run();
    assertThat(hiding.exit()).isEqualTo(10);
    assertThat(hiding.err()).contains("would hide the daemon's own directory");
    daemon.cli("rm", "covered").ok();
  }

  /** The daemon says so whatever is to be mounted, and goes on. */
  @Test
  void aMachineWithoutTheDevice(@TempDir Path scratch) {
    String script =
        """
        cd %1$s && mkdir dev && cp -a /dev/null /dev/zero /dev/random /dev/urandom dev
        mount --bind dev /dev
        for transport in auto jnr; do
          %2$s daemon start --transport $transport && %2$s create none --empty
          echo $?; %2$s ps -q; echo $?; %2$s daemon stop
        done
        """
            .formatted(scratch, Installation.launcher());
    Command.Result result =
        Command.of("unshare", "--mount", "bash", "-c", script)
            .with(daemon.environment())
            .with(
                Map.of(
                    "CTR_ENC_STATE", scratch.resolve("state").toString(),
                    "CTR_ENC_RUN", scratch.resolve("run").toString()))
            .run();
    assertThat(result.out().replaceAll("the daemon runs.*\n", ""))
        .as(result.err())
        .isEqualTo("5\n0\nthe daemon has stopped\n".repeat(2));
    assertThat(result.err()).contains("there is no /dev/fuse on this machine: load");
  }

  /** tar(1) stores nothing of a file that is said to have no blocks. */
  @Test
  void aSparseFileOfWhichTheKernelHoldsBytes(@TempDir Path scratch) throws IOException {
    for (String cache : List.of("image", "writeback")) {
      Path root = daemon.create("sparse-" + cache, "--empty", "--cache", cache);
      Path archive = scratch.resolve(cache + ".tar");
      String script =
          """
          cd %s && python3 - <<'END'
          import mmap, os, subprocess
          for name, mapped in (('written', False), ('mapped', True)):
              f = os.open(name, os.O_CREAT | os.O_RDWR)
              os.ftruncate(f, 1 << 20)
              if mapped:
                  m = mmap.mmap(f, 1 << 20)
                  m[500000:500006] = b'needle'
              else:
                  os.pwrite(f, b'needle', 500000)
          subprocess.run(['tar', '-Scf', '%s', 'written', 'mapped'], check=True)
          END
          tar -xOf %s written | grep -c needle; tar -xOf %s mapped | grep -c needle
          """
              .formatted(root, archive, archive, archive);
      assertThat(Command.sh(script).ok()).as(cache).isEqualTo("1\n1\n");
      daemon.cli("rm", "sparse-" + cache).ok();
    }
  }
}
