package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that have a store each, of whose roots layers are flattened. */
abstract class FlattenCase {

  @TempDir protected Path temporary;
  protected FlattenStore store;

  @BeforeEach
  void openStore() throws IOException {
    store = new FlattenStore(temporary.resolve("state"));
  }

  @AfterEach
  void closeStore() throws IOException {
    store.close();
  }
}
