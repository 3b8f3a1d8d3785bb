package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Segment files are rewritten beside a container that writes, and without any key. */
@Tag("kernel")
@Timeout(900)
class CompactTest extends PairCase {

  /** So long may a container take until there is something to compact. */
  private static final int MOST_ROUNDS = 120;

  /** Many small files, of which one in five stays. */
  private static void scatter(Path root, String directory) {
    Command.sh(
            "mkdir %1$s/%2$s; cd %1$s/%2$s; head -c 12m /dev/urandom | split -b 6000 - f; sync .; ls | awk 'NR %% 5' | xargs rm; sync ."
                .formatted(root, directory))
        .ok();
  }

  private static JsonObject json(String text) {
    return JsonParser.parseString(text).getAsJsonObject();
  }

  private JsonObject compact(String... what) {
    String[] call = new String[what.length + 2];
    call[0] = "compact";
    call[1] = "--json";
    System.arraycopy(what, 0, call, 2, what.length);
    return json(here.cli(call).ok());
  }

  /** What the daemon counts, and what the disk gave out for it, must be the same. */
  private long stored(String name) {
    String view = here.cli("inspect", "--json", name).ok();
    long counted =
        JsonParser.parseString(view)
            .getAsJsonArray()
            .get(0)
            .getAsJsonObject()
            .get("exclusiveBytes")
            .getAsLong();
    String blocks =
        Command.sh(
                "find %s/store/segments %s/segments -name '*.seg' -printf '%%b\\n' 2> /dev/null | awk '{ sum += $1 } END { print sum * 512 }'"
                    .formatted(here.state(), here.state()))
            .ok();
    assertThat(counted).isEqualTo(Long.parseLong(blocks.strip()));
    return counted;
  }

  @Test
  void aLockedRootIsCompactedByADaemonThatHasNoKey() throws IOException {
    Path root = pair.create("work", "--empty");
    scatter(root, "some");
    List<String> held = Manifest.of(root);
    here.cli("lock", "work").ok();
    here.stop();
    here.startAgain();

    long before = stored("work");
    JsonObject done = compact("work");
    long after = stored("work");
    assertThat(done.get("reclaimedBytes").getAsLong()).isEqualTo(before - after).isPositive();
    assertThat(done.get("files").getAsLong()).isPositive();
    assertThat(after).isLessThan(2 * done.get("movedBytes").getAsLong());
    assertThat(compact().get("files").getAsLong()).isZero();
    assertThat(here.cli("verify").ok()).contains(" 0 findings");

    pair.pipe("send work", "receive copy");
    assertThat(Manifest.of(pair.opened(pair.there(), "copy"))).isEqualTo(held);
    assertThat(Manifest.of(pair.opened(here, "work"))).isEqualTo(held);
  }

  @Test
  void aContainerWritesAndReadsMeanwhile() throws Exception {
    here.create("busy", "--lower", "/", "--keep");
    Path output = scratch.resolve("output");
    Process container = busy(output);
    long files = 0;
    for (int round = 0; round < 12 || files == 0 && round < MOST_ROUNDS; round++) {
      Command.of("sleep", "1").ok();
      files += compact("busy").get("files").getAsLong();
    }
    here.cli("exec", "busy", "touch", "/root/stop").ok();
    assertThat(container.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(Files.readString(output)).matches("rounds [0-9]+\n");
    assertThat(container.exitValue()).isZero();
    assertThat(files).isPositive();

    here.cli("lock", "busy").ok();
    compact();
    stored("busy");
    assertThat(here.cli("verify").ok()).contains(" 0 findings");
    here.cli("unlock", "busy").ok();
    String work = here.mount("busy") + "/root/work";
    Command.sh("cd " + work + "; sha256sum -c --quiet sum; cat f*.* | sha256sum | cmp - last").ok();
  }

  /** A container that writes, removes and reads until it finds a file; it tells its rounds. */
  private Process busy(Path output) throws IOException {
    Path script = scratch.resolve("busy.sh");
    Files.writeString(
        script,
        """
        set -eu
        mkdir /root/work; cd /root/work
        head -c 200000 /dev/urandom > keep; sha256sum keep > sum
        i=0
        while [ ! -e /root/stop ]; do
          i=$((i + 1))
          head -c 3000000 /dev/urandom | split -b 7000 - f$i.
          ls | grep "^f$i" | awk 'NR % 4' | xargs rm
          [ $i -lt 5 ] || rm -f f$((i - 4)).*
          dd if=/dev/urandom of=over bs=9000 count=20 seek=$((i % 7)) conv=notrunc,fsync 2> /dev/null
          sha256sum -c --quiet sum
          cat f*.* | sha256sum > last; cat f*.* | sha256sum | cmp - last
        done
        echo rounds $i
        """);
    return new ProcessBuilder(
            "sh", "-c", pair.shell(here, "run --existing busy -- sh -c \"$(cat " + script + ")\""))
        .redirectOutput(output.toFile())
        .redirectErrorStream(true)
        .start();
  }
}
