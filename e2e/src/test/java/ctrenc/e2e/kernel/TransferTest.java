package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Canary;
import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.DebianTree;
import ctrenc.e2e.harness.KeyHunt;
import ctrenc.e2e.harness.Manifest;
import ctrenc.e2e.harness.ProcessMemory;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Roots go from one daemon to another as they are sealed, and read there as they were. */
@Tag("kernel")
@Timeout(900)
class TransferTest extends PairCase {

  private static final String DEBIAN = "debian";

  /** Sends straight to the other daemon. */
  private void send(String name, String... what) {
    pair.pipe("send " + String.join(" ", what), "receive " + name);
  }

  /** Its image, a rotation in the middle of the work, a fork, and what flattening makes of it. */
  @Test
  void aDebianRootMovesLockedAndGoesOnMovingByIncrements() throws IOException {
    for (TestDaemon daemon : List.of(here, there)) {
      daemon.cli("image", "import", DebianTree.small().toString(), DEBIAN).ok();
    }
    List<String> first = worked();
    here.cli("lock", "work").ok();
    here.stop();
    here.startAgain();

    send("copy", "work");
    String kept = onlySnapshot();
    assertThat(kept).startsWith("work@");
    assertThat(there.cli("mount", "copy").run().exit()).isEqualTo(5);
    assertThat(there.cli("verify").ok()).doesNotContain("damaged", "missing");
    assertThat(Manifest.of(pair.opened(there, "copy"))).isEqualTo(first);

    Path forked = forked(kept);
    List<String> ofFork = Manifest.of(forked);
    here.cli("lock", "fork").ok();
    send("fork", "fork", "--since", kept);
    assertThat(Manifest.of(pair.opened(there, "fork"))).isEqualTo(ofFork);

    List<String> second = flattened();
    send("two", "work@two", "--since", kept);
    there.cli("lock", "copy").ok();
    assertThat(Manifest.of(pair.opened(there, "two"))).isEqualTo(second);
    there.cli("rm", "--snapshots", "copy").ok();
    assertThat(Manifest.of(pair.opened(there, "fork"))).isEqualTo(ofFork);
  }

  /** A root with work from before and after a rotation; what it holds. */
  private List<String> worked() throws IOException {
    Path root = pair.create("work", DEBIAN);
    Command.sh(
            "cd "
                + root
                + "; mv usr/share/doc documents; rm -r documents/bash; chmod 600 etc/issue"
                + "; head -c 5m /dev/urandom > root/large")
        .ok();
    here.cli("rotate", "work").ok();
    Command.sh(
            "cd "
                + root
                + "; cp -a usr/share/perl5 root/perl; rm -r documents/tar; echo more >> root/large"
                + "; truncate -s 90m root/holes; echo end >> root/holes; ln root/holes root/link")
        .ok();
    return Manifest.of(root);
  }

  /** The same after further work and flattening, kept as work@two. */
  private List<String> flattened() throws IOException {
    Path root = pair.opened(here, "work");
    Command.sh(
            "cd "
                + root
                + "; rm -r root/perl; date > root/date; chown 7:8 etc; setfattr -n user.e2e -v late srv")
        .ok();
    here.cli("flatten", "work").ok();
    List<String> held = Manifest.of(root);
    here.cli("snapshot", "create", "work@two").ok();
    return held;
  }

  /** What the snapshot is called that sending took. */
  private String onlySnapshot() {
    String row = here.cli("snapshot", "ls").ok().lines().skip(1).findFirst().orElseThrow();
    return row.split("\\s", 2)[0];
  }

  private Path forked(String snapshot) throws IOException {
    here.cli("unlock", "work", "--passphrase-file", pair.passphrase()).ok();
    Path forked = Path.of(here.cli("fork", "--keep", snapshot, "fork").ok().strip());
    here.cli(
            "key", "add", "fork", "--protect", "passphrase", "--passphrase-file", pair.passphrase())
        .ok();
    Files.writeString(forked.resolve("root/forked"), "forked");
    Command.sh("rm -r " + forked.resolve("usr/share/perl5")).ok();
    return forked;
  }

  /** The stream shows nothing, and the receiving daemon holds no key until it is given one. */
  @Test
  void neitherTheStreamNorTheReceiverHasAKey() throws IOException {
    Path root = pair.create("vault", "--empty");
    Canary canary = Canary.fresh();
    canary.fill(root);
    Map<String, byte[]> things = canary.with(KeyHunt.keys(here, "vault"));
    List<String> before = Manifest.of(root);
    here.cli("lock", "vault").ok();
    Path stream = scratch.resolve("stream");
    Command.sh(pair.shell(here, "send vault > " + stream)).ok();
    assertThat(Files.readString(stream, StandardCharsets.ISO_8859_1)).doesNotContain(canary.text());
    Command.sh(pair.shell(there, "receive vault < " + stream)).ok();
    assertThat(new ProcessMemory(there.pid()).find(things)).isEmpty();
    assertThat(Manifest.of(pair.opened(there, "vault"))).isEqualTo(before);
  }

  @Test
  void whatIsCutOrChangedIsRefusedAndLeavesNothing() throws IOException {
    Path root = pair.create("r", "--empty");
    Command.sh("cd " + root + "; seq 500000 > numbers; mkdir d; seq 9 > d/small").ok();
    here.cli("lock", "r").ok();
    Path stream = scratch.resolve("stream");
    Command.sh(pair.shell(here, "send r > " + stream)).ok();
    long length = Files.size(stream);
    Path bad = scratch.resolve("bad");
    for (long cut : new long[] {0, 10, 5000, length / 2, length - 1}) {
      Command.sh("head -c " + cut + " " + stream + " > " + bad).ok();
      refused(bad, cut < 40 ? "too short" : "cut");
    }
    for (long at : new long[] {25, 3000, length / 2, length - 3}) {
      Files.copy(stream, bad, StandardCopyOption.REPLACE_EXISTING);
      try (RandomAccessFile bytes = new RandomAccessFile(bad.toFile(), "rw")) {
        bytes.seek(at);
        int before = bytes.read();
        bytes.seek(at);
        bytes.write(before ^ 1);
      }
      refused(bad, "damaged");
    }
    Command.sh(pair.shell(there, "receive r < " + stream)).ok();
    assertThat(there.cli("receive", "r").stdin("none").run().exit()).isEqualTo(4);
    there.cli("rm", "--snapshots", "r").ok();
  }

  /** The daemon uses files and pipes of the command line itself; a socket it does not. */
  @Test
  void socketsAreServedByMessages() throws IOException {
    Path root = pair.create("r", "--empty");
    Command.sh("cd " + root + "; seq 3000000 > numbers").ok();
    List<String> before = Manifest.of(root);
    here.cli("lock", "r").ok();
    Path stream = scratch.resolve("stream");
    overSocket(
        pair.shell(here, "send r"), "stdout", "shutil.copyfileobj(b, open(path, 'wb'))", stream);
    overSocket(
        pair.shell(there, "receive r"),
        "stdin",
        "shutil.copyfileobj(open(path, 'rb'), b); b.close(); other.close()",
        stream);
    assertThat(Manifest.of(pair.opened(there, "r"))).isEqualTo(before);
  }

  /** Runs a call one of whose streams is a socket, at whose other end a file is. */
  private void overSocket(String call, String end, String copy, Path file) throws IOException {
    String script =
        """
        import shutil, socket, subprocess, sys
        path = sys.argv[2]
        own, other = socket.socketpair()
        called = subprocess.Popen(sys.argv[1], shell=True, %s=own)
        own.close()
        b = other.makefile('rwb')
        %s
        sys.exit(called.wait())
        """
            .formatted(end, copy);
    Path program = Files.writeString(scratch.resolve("over_socket.py"), script);
    Command.of("python3", program.toString(), call, file.toString()).ok();
  }

  private void refused(Path stream, String why) {
    Command.Result refused = Command.sh(pair.shell(there, "receive r < " + stream)).run();
    assertThat(refused.exit()).as(refused.err()).isNotZero();
    assertThat(refused.err()).contains(why);
    assertThat(there.cli("ps", "--json").ok()).isEqualTo("[]\n");
    assertThat(there.state().resolve("segments")).isEmptyDirectory();
    assertThat(there.state().resolve("keys")).isEmptyDirectory();
  }
}
