package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that have a store each, for a root in which others are nested. */
abstract class NestedRootCase {

  @TempDir protected Path temporary;
  protected NestedRoot nest;

  @BeforeEach
  void openStore() throws IOException {
    nest = new NestedRoot(temporary.resolve("state"));
  }

  @AfterEach
  void closeStore() throws IOException {
    nest.close();
  }
}
