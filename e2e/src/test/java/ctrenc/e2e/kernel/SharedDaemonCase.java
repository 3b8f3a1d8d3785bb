package ctrenc.e2e.kernel;

import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Tests that call one daemon, one after the other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SharedDaemonCase {

  protected TestDaemon daemon;

  @BeforeAll
  void startDaemon() throws IOException {
    daemon = TestDaemon.start();
  }

  @AfterAll
  void stopDaemon() throws IOException {
    daemon.close();
  }
}
