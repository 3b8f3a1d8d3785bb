package ctrenc.e2e.kernel;

import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tests that have a daemon each, whose store is whole when they end. */
abstract class DaemonCase {

  protected TestDaemon daemon;

  @BeforeEach
  void startDaemon() throws IOException {
    daemon = TestDaemon.start();
  }

  @AfterEach
  void checkAndStopDaemon() throws IOException {
    try {
      daemon.cli("check").ok();
    } finally {
      daemon.close();
    }
  }

  /** Nests a subvolume at a name in a directory of a mounted root; returns where it shows. */
  protected static Path nest(Path directory, String name) throws IOException {
    Files.createDirectory(directory.resolve(".ctr-enc/subvolumes").resolve(name));
    return directory.resolve(name);
  }

  /** What names the subvolume that shows at a directory. */
  protected static String idOf(Path subvolume) throws IOException {
    String info = Files.readString(subvolume.resolve(".ctr-enc/info"));
    return info.lines().findFirst().orElseThrow().substring("subvolume ".length());
  }
}
