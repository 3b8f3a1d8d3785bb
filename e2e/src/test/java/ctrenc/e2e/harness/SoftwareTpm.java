package ctrenc.e2e.harness;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A TPM 2.0 in software (swtpm), which answers at a socket; its state lies in a directory, and is
 * what makes it another one. Closing it switches it off, and takes the socket away.
 */
public final class SoftwareTpm implements AutoCloseable {

  private static final Duration START = Duration.ofMinutes(2);

  private final Process process;

  private SoftwareTpm(Process process) {
    this.process = process;
  }

  /** Switches on the one whose state lies there; a directory without any is a new TPM. */
  public static SoftwareTpm start(Path state, Path socket) throws IOException {
    Files.createDirectories(state);
    Files.deleteIfExists(socket);
    Process process =
        Command.of(
                "swtpm",
                "socket",
                "--tpm2",
                "--flags",
                "startup-clear",
                "--tpmstate",
                "dir=" + state,
                "--server",
                "type=unixio,path=" + socket)
            .start();
    SoftwareTpm tpm = new SoftwareTpm(process);
    try {
      Condition.await("swtpm listens", START, () -> listens(socket));
      return tpm;
    } catch (AssertionError e) {
      tpm.close();
      throw e;
    }
  }

  private static boolean listens(Path socket) {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return channel.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Lets it take calls, and answer none. */
  public void fallSilent() {
    Signals.send("STOP", process);
  }

  public void speakAgain() {
    Signals.send("CONT", process);
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      speakAgain();
    }
    process.destroy();
    Condition.await("swtpm has ended", START, () -> !process.isAlive());
  }
}
