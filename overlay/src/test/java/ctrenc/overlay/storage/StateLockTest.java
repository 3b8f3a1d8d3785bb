package ctrenc.overlay.storage;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StateLockTest {

  @TempDir Path directory;

  @Test
  void isHeldByOneUntilItIsClosed() throws IOException {
    try (StateLock held = StateLock.acquire(directory)) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> StateLock.acquire(directory))
            .isInstanceOf(StoreBusyException.class)
            .hasMessageContaining("process " + ProcessHandle.current().pid());
      }
    }
    StateLock.acquire(directory).close();
  }
}
