package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that have a store each, which is verified; one may be closed and opened again. */
abstract class VerifiedCase {

  @TempDir protected Path temporary;
  protected VerifiedStore verified;

  @BeforeEach
  void openStore() throws IOException {
    verified = new VerifiedStore(temporary);
  }

  @AfterEach
  void closeStore() throws IOException {
    verified.close();
  }
}
