package ctrenc.e2e.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

/** A daemon with the image "debian", for containers that run others. */
public record NestingDaemon(TestDaemon daemon) implements AutoCloseable {

  public static NestingDaemon start() throws IOException {
    return with(TestDaemon.start());
  }

  /** The same, and its roots outlive it. */
  public static NestingDaemon startKept() throws IOException {
    return with(TestDaemon.startKept());
  }

  private static NestingDaemon with(TestDaemon daemon) throws IOException {
    daemon.cli("image", "import", DebianTree.archive().toString(), "debian").ok();
    return new NestingDaemon(daemon);
  }

  /** A script in a container that may run others. */
  public Command nesting(String script) {
    return daemon.cli("run", "--nesting", "debian", "--", "sh", "-ec", script);
  }

  public void requireNothingLeft() {
    daemon.cli("check").ok();
    assertThat(daemon.state().resolve("segments")).isEmptyDirectory();
  }

  @Override
  public void close() throws IOException {
    daemon.close();
  }
}
