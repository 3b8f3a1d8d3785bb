package ctrenc.daemon;

import ctrenc.daemon.refusal.Sentences;
import ctrenc.overlay.sys.ProcessHandles;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The process: forbids dumps of itself, begins the daemon, and waits to be told to end. */
@QuarkusMain
public final class Main implements QuarkusApplication {

  private static final int FAILED = 1;

  private final DaemonLifecycle lifecycle;

  @Inject
  Main(DaemonLifecycle lifecycle) {
    this.lifecycle = lifecycle;
  }

  public static void main(String... arguments) {
    EarlyLoading.begin();
    Quarkus.run(Main.class, arguments);
  }

  @Override
  public int run(String... arguments) throws IOException {
    EarlyLoading.await();
    ProcessHandles.forbidDumps();
    try {
      lifecycle.begin();
    } catch (IOException e) {
      return failed(Sentences.of(e));
    } catch (UncheckedIOException e) {
      return failed(Sentences.of(new IOException(e.getMessage(), e)));
    }
    Quarkus.waitForExit();
    return 0;
  }

  /** The one who starts a daemon reads the last line of its standard error. */
  private static int failed(String sentence) {
    System.err.println("ctr-enc: " + sentence);
    return FAILED;
  }
}
