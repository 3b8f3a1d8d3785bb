package ctrenc.e2e.kernel;

import ctrenc.e2e.harness.DaemonPair;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that have two daemons each, between which roots move, whose stores are whole at the end.
 */
abstract class PairCase {

  @TempDir protected Path scratch;
  protected DaemonPair pair;
  protected TestDaemon here;
  protected TestDaemon there;

  @BeforeEach
  void startPair() throws IOException {
    pair = DaemonPair.start(scratch);
    here = pair.here();
    there = pair.there();
  }

  @AfterEach
  void checkAndStopPair() throws IOException {
    pair.close();
  }
}
