package ctrenc.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs the daemon as systemd runs a service of Type=notify with Restart=always and a store of
 * descriptors: see systemd-stand-in.py beside the tests. Closing it ends both.
 */
public final class SystemdStandIn implements AutoCloseable {

  private static final Duration LONG = Duration.ofMinutes(2);

  private final Path ready;
  private final Process process;

  private SystemdStandIn(Path ready, Process process) {
    this.ready = ready;
    this.process = process;
  }

  /** {@code directory} gets a file that tells of starts, and the socket that services talk to. */
  public static SystemdStandIn start(Path directory, Command service) throws IOException {
    Path script = Files.createTempFile("ctr-enc-e2e", ".py");
    try (var source = SystemdStandIn.class.getResourceAsStream("systemd-stand-in.py")) {
      Files.write(script, source.readAllBytes());
    }
    Path ready = directory.resolve("ready");
    List<String> argv = new ArrayList<>(List.of("python3", script.toString(), ready.toString()));
    argv.addAll(service.argv());
    Process process = new Command(List.copyOf(argv), service.env(), service.deadline(), "").start();
    return new SystemdStandIn(ready, process);
  }

  /** Waits until the service was ready so many times. */
  public void awaitStart(int count) {
    Condition.await("start " + count + " of the service", LONG, () -> state()[0] >= count);
  }

  /** The number of starts, and the process. */
  private long[] state() {
    try {
      String[] fields =
          Files.exists(ready) ? Files.readString(ready).split(" ") : new String[] {"0", "0"};
      return new long[] {Long.parseLong(fields[0]), Long.parseLong(fields[1])};
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void killService() {
    ProcessHandle.of(state()[1]).orElseThrow().destroyForcibly();
  }

  /** Ends the service in an orderly way; returns how many descriptors it left in the store. */
  public int end() throws InterruptedException {
    process.destroy();
    return process.waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    end();
  }
}
