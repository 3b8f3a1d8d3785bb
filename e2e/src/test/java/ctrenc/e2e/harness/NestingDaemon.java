package ctrenc.e2e.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A daemon with the image "debian" for all tests of a class, in which containers run others. Each
 * test has to remove what it made.
 */
public final class NestingDaemon implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {

  @FunctionalInterface
  private interface Start {
    TestDaemon start() throws IOException;
  }

  private final Start start;
  private Optional<TestDaemon> started = Optional.empty();

  private NestingDaemon(Start start) {
    this.start = start;
  }

  /** What runs ends with the daemon. */
  public static NestingDaemon mortal() {
    return new NestingDaemon(TestDaemon::start);
  }

  /** The daemon's roots, and what runs in them, outlive it. */
  public static NestingDaemon kept() {
    return new NestingDaemon(TestDaemon::startKept);
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    started = Optional.of(start.start());
    daemon().cli("image", "import", DebianTree.archive().toString(), "debian").ok();
  }

  public TestDaemon daemon() {
    return started.orElseThrow();
  }

  /** A script in a container that may run others. */
  public Command nesting(String script) {
    return daemon().cli("run", "--nesting", "debian", "--", "sh", "-ec", script);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    daemon().cli("check").ok();
    assertThat(daemon().state().resolve("segments")).isEmptyDirectory();
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    if (started.isPresent()) {
      started.get().close();
    }
  }
}
