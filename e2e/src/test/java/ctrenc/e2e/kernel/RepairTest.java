package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Manifest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Damaged extents of a locked root are exchanged, without keys. */
@Tag("kernel")
@Timeout(900)
class RepairTest extends PairCase {

  private static final int DAMAGED = 8;

  private static Command.Result run(String shell) {
    return Command.of("bash", "-euo", "pipefail", "-c", shell).within(Duration.ofMinutes(5)).run();
  }

  /** Flips a byte in each of three extents of the one segment file. */
  private void damage(long first) throws IOException {
    Path segments = here.state().resolve("segments");
    Path file;
    try (Stream<Path> all = Files.walk(segments)) {
      file = all.filter(one -> one.toString().endsWith("1.seg")).findFirst().orElseThrow();
    }
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      for (int i = 0; i < 3; i++) {
        long at = first + i * (2L << 20);
        bytes.seek(at);
        int one = bytes.read();
        bytes.seek(at);
        bytes.write(one ^ 1);
      }
    }
    Command.Result found = here.cli("verify").run();
    assertThat(found.exit()).isEqualTo(DAMAGED);
    assertThat(found.out().lines().filter(line -> line.startsWith("damaged: inode "))).hasSize(3);
    assertThat(found.out()).contains(" of 1.seg), layer ").contains(" 3 findings");
  }

  private void assertRepaired(Command.Result result) {
    assertThat(result.exit()).as(result.err()).isZero();
    assertThat(result.out()).contains("3 repaired, 0 left");
    assertThat(here.cli("verify").ok()).contains(" 0 findings");
  }

  @Test
  void fromABackupAndFromASecondStore() throws IOException {
    Path root = pair.create("work", "--empty");
    Command.sh("cd " + root + "; head -c 12m /dev/urandom > large; head -c 9000 large > part").ok();
    List<String> held = Manifest.of(root);
    pair.create("other", "--empty");
    here.cli("lock", "other").ok();
    here.cli("lock", "work").ok();
    here.stop();
    here.startAgain();
    Path archive = scratch.resolve("archive");
    Command.sh(pair.shell(here, "backup work > " + archive)).ok();
    Path unrelated = scratch.resolve("unrelated");
    Command.sh(pair.shell(here, "backup other > " + unrelated)).ok();
    pair.pipe("send work", "receive copy --rate 100m");

    damage(1L << 20);
    Command.Result nothing = run(pair.shell(here, "repair < " + unrelated));
    assertThat(nothing.exit()).isEqualTo(DAMAGED);
    assertThat(nothing.out()).contains("0 repaired, 3 left");
    assertRepaired(run(pair.shell(here, "repair work --rate 200m < " + archive)));
    assertThat(run(pair.shell(here, "repair work < " + archive)).out())
        .isEqualTo("0 repaired, 0 left\n");

    // In the extents that were not exchanged.
    damage(2L << 20);
    String second = pair.shell(pair.there(), "send copy") + " | " + pair.shell(here, "repair");
    assertRepaired(run(second));
    assertThat(Manifest.of(pair.opened(here, "work"))).isEqualTo(held);
  }
}
