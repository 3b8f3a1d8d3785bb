package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.Manifest;
import ctrenc.e2e.harness.SlowedWrites;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Roots in use are sealed anew, with their image and without, and over the daemon's death. */
@Tag("kernel")
@Timeout(300)
class FlattenTest extends DaemonCase {

  private static final Duration LONG = Duration.ofMinutes(2);
  private static final int MIB = 1 << 20;

  /** Holds files and mappings of all kinds, and compares what they show whenever it is told to. */
  private static final String HOLDER =
      """
      import mmap, os, sys
      names = ['image', 'changed', 'written', 'gone']
      files = [open(name, 'rb') for name in names]
      maps = [mmap.mmap(one.fileno(), 0, prot=mmap.PROT_READ) for one in files]
      os.remove('gone')
      was = [one.read() for one in files]
      print('ready', flush=True)
      for line in sys.stdin:
          seen = [os.pread(one.fileno(), len(held), 0) for one, held in zip(files, was)]
          print('same' if seen == was and [held[:] for held in maps] == was else 'other', flush=True)
      """;

  @TempDir private Path scratch;

  private JsonObject flatten(String... what) {
    String[] call = new String[what.length + 2];
    call[0] = "flatten";
    call[1] = "--json";
    System.arraycopy(what, 0, call, 2, what.length);
    return JsonParser.parseString(daemon.cli(call).ok()).getAsJsonObject();
  }

  private String state(String... what) {
    return flatten(what).get("state").getAsString();
  }

  private void importImage() throws IOException {
    Path tree = Files.createDirectories(scratch.resolve("tree"));
    Command.sh(
            "cd "
                + tree
                + "; head -c 1m /dev/urandom > image; head -c 1m /dev/urandom > changed; mkdir d"
                + "; for i in $(seq 200); do echo $i > d/f$i; done; ln image link; ln -s d to-d; touch gone")
        .ok();
    daemon.cli("image", "import", tree.toString(), "small").ok();
  }

  /** A root on the image with 12 MiB that were written under a key and once more under another. */
  private Path worked(String name) {
    Path root = daemon.create(name, "small", "--cache", name);
    String write = "cd " + root + "; head -c 12m /dev/urandom > written; sync written";
    Command.sh(write).ok();
    daemon.cli("rotate", name).ok();
    Command.sh(
            write
                + "; dd if=/dev/urandom of=changed bs=4k seek=9 count=3 conv=notrunc 2> /dev/null"
                + "; rm d/f7; chmod 600 d/f8; mv d/f9 moved; mkdir d/new; head -c 12m written > gone; sync -f .")
        .ok();
    return root;
  }

  private long segments() {
    String blocks =
        Command.sh(
                "find "
                    + daemon.state().resolve("segments")
                    + " -name '*.seg' -printf '%b\\n' | awk '{ sum += $1 } END { print sum * 512 }'")
            .ok();
    return Long.parseLong(blocks.strip());
  }

  @Test
  void aRootInUseLeavesItsImageInBothCacheModes() throws Exception {
    importImage();
    for (String mode : List.of("image", "writeback")) {
      Path root = worked(mode);
      Process holder = new ProcessBuilder("python3", "-c", HOLDER).directory(root.toFile()).start();
      try (BufferedReader said = holder.inputReader();
          BufferedWriter go = holder.outputWriter()) {
        assertThat(said.readLine()).isEqualTo("ready");
        List<String> held = Manifest.of(root);
        stopsAndGoesOn(mode);
        go.append('\n').flush();
        assertThat(said.readLine()).isEqualTo("same");
        assertThat(daemon.cli("image", "rm", "small").run().exit()).isEqualTo(5);
        becomesLess(mode);
        go.append('\n').flush();
        assertThat(said.readLine()).isEqualTo("same");
        assertThat(Manifest.of(root)).isEqualTo(held);
        if (mode.equals("writeback")) {
          daemon.cli("image", "rm", "small").ok();
          go.append('\n').flush();
          assertThat(said.readLine()).isEqualTo("same");
          assertThat(Manifest.of(root)).isEqualTo(held);
        }
      } finally {
        holder.destroyForcibly().waitFor();
      }
    }
    assertThat(daemon.cli("verify").ok()).contains(" 0 findings");
  }

  /** All that can be asked of work under way; in the end it is given up. */
  private void stopsAndGoesOn(String name) throws IOException {
    try (SlowedWrites slow = SlowedWrites.of(daemon.pid())) {
      assertThat(state("-d", "--from-image", name)).isEqualTo("running");
      assertThat(state("--status", name)).isEqualTo("running");
      assertThat(state("--pause", name)).isEqualTo("paused");
      JsonObject paused = flatten("--status", name);
      assertThat(paused.get("state").getAsString()).isEqualTo("paused");
      assertThat(paused.get("fromImage").getAsBoolean()).isTrue();
      assertThat(flatten("--status", name)).as("nothing goes on").isEqualTo(paused);
      assertThat(state("-d", "--resume", name)).isEqualTo("running");
      daemon.cli("flatten", "--cancel", name).ok();
    }
    assertThat(daemon.cli("flatten", "--status", name).run().exit()).isEqualTo(3);
  }

  private void becomesLess(String name) {
    long before = segments();
    JsonObject done = flatten("--from-image", name);
    assertThat(done.get("state").getAsString()).isEqualTo("done");
    assertThat(done.get("bytes").getAsLong()).isGreaterThan(13 * MIB);
    long reclaimed = done.get("reclaimedBytes").getAsLong();
    assertThat(reclaimed).isGreaterThan(8 * MIB);
    assertThat(before - segments()).isEqualTo(reclaimed);
  }

  @Test
  void aDaemonKilledInTheMiddleGoesOn() throws IOException {
    Path root = daemon.create("--empty", "--keep", "r");
    Command.sh("cd " + root + "; head -c 60m /dev/urandom | split -b 1m - f; sync -f .").ok();
    List<String> held = Manifest.of(root);
    long before = segments();
    assertThat(before).isBetween(60L * MIB, 62L * MIB);
    long pid = daemon.pid();
    try (SlowedWrites slow = SlowedWrites.of(pid)) {
      assertThat(state("-d", "r")).isEqualTo("running");
      Condition.await("some is copied", LONG, () -> segments() > before + 4 * MIB);
      daemon.kill(pid);
    }
    assertThat(segments()).as("copied when it died").isLessThan(before + 56L * MIB);
    daemon.startAgain();
    Path again = daemon.mount("r");
    Condition.await("it is done", LONG, () -> state("--status", "r").equals("done"));
    assertThat(Manifest.of(again)).isEqualTo(held);
    assertThat(segments()).as("one copy is left").isBetween(60L * MIB, 62L * MIB);
    assertThat(daemon.cli("verify").ok()).contains(" 0 findings");
  }
}
