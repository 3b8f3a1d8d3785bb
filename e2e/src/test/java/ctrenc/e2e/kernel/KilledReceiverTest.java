package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A daemon that is killed while it receives leaves what the stream goes on with. */
@Tag("kernel")
@Timeout(300)
class KilledReceiverTest extends PairCase {

  /** Behind the first mark, which is at 64 MiB. */
  private static final int MOST = 70 << 20;

  @Test
  void theStreamGoesOnWhereItWas() throws Exception {
    Path root = pair.create("r", "--empty");
    Command.sh("cd " + root + "; head -c 80m /dev/urandom > large; echo small > small").ok();
    List<String> before = Manifest.of(root);
    here.cli("snapshot", "create", "r@s").ok();
    Path stream = scratch.resolve("stream");
    Command.sh(pair.shell(here, "send r@s > " + stream)).ok();
    killWhileReceiving(stream);
    assertThat(there.cli("ps", "--json").ok()).isEqualTo("[]\n");
    String point = there.cli("receive", "--kept").ok().strip();
    Path rest = scratch.resolve("rest");
    Command.sh(pair.shell(here, "send --resume " + point + " r@s > " + rest)).ok();
    assertThat(Files.size(rest)).isLessThan(Files.size(stream) / 2);
    Command.sh(pair.shell(there, "receive copy < " + rest)).ok();
    assertThat(there.cli("receive", "--kept").ok()).isEmpty();
    assertThat(there.cli("verify").ok()).doesNotContain("damaged", "missing");
    assertThat(Manifest.of(pair.opened(there, "copy"))).isEqualTo(before);
    there.cli("umount", "copy").ok();
    there.cli("rm", "--snapshots", "copy").ok();
    assertThat(there.state().resolve("segments")).isEmptyDirectory();
  }

  /** The stream neither ends nor goes on when the daemon dies, which has most of it. */
  private void killWhileReceiving(Path stream) throws IOException, InterruptedException {
    Process receiver =
        new ProcessBuilder("sh", "-c", pair.shell(there, "receive --resumable copy"))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (InputStream from = Files.newInputStream(stream);
        OutputStream to = receiver.getOutputStream()) {
      to.write(from.readNBytes(MOST));
      to.flush();
      there.kill();
    }
    assertThat(receiver.waitFor()).isNotZero();
    there.startAgain();
  }
}
