package ctrenc.e2e.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Two daemons between which roots move, each with a store of its own. */
public final class DaemonPair implements AutoCloseable {

  private static final Duration LONG = Duration.ofMinutes(5);

  private final TestDaemon here;
  private final TestDaemon there;
  private final String passphrase;

  private DaemonPair(TestDaemon here, TestDaemon there, String passphrase) {
    this.here = here;
    this.there = there;
    this.passphrase = passphrase;
  }

  public static DaemonPair start(Path scratch) throws IOException {
    Path passphrase = scratch.resolve("passphrase");
    Files.writeString(passphrase, "correct horse battery staple\n");
    return new DaemonPair(TestDaemon.start(), TestDaemon.start(), passphrase.toString());
  }

  public TestDaemon here() {
    return here;
  }

  public TestDaemon there() {
    return there;
  }

  /** The file with the passphrase that opens what {@link #create} makes. */
  public String passphrase() {
    return passphrase;
  }

  public Path create(String name, String base) {
    return here.create(
        name, base, "--keep", "--protect", "passphrase", "--passphrase-file", passphrase);
  }

  /** Where a root is mounted that the passphrase opens. */
  public Path opened(TestDaemon daemon, String name) {
    daemon.cli("unlock", name, "--passphrase-file", passphrase).ok();
    return daemon.mount(name);
  }

  /** What one daemon is asked to write, straight to the other. */
  public void pipe(String from, String to) {
    String pipe = shell(here, from) + " | " + shell(there, to);
    Command.of("bash", "-euo", "pipefail", "-c", pipe).within(LONG).ok();
  }

  /** A call for a shell. */
  public String shell(TestDaemon daemon, String call) {
    return "CTR_ENC_STATE=%s CTR_ENC_RUN=%s CTR_ENC_REHEARSAL=false %s %s"
        .formatted(daemon.state(), daemon.run(), Installation.launcher(), call);
  }

  /** Nothing of either store may be lost, or left over. */
  @Override
  public void close() throws IOException {
    try (TestDaemon one = here;
        TestDaemon other = there) {
      one.cli("check").ok();
      other.cli("check").ok();
    }
  }
}
