package ctrenc.overlay.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.fuse.KeepAwake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostProcessorsTest {

  @TempDir Path directory;
  private Path driver;

  @BeforeEach
  void place() {
    driver = directory.resolve("current_driver");
  }

  @Test
  void fewOfItsOwnAreKeptAwake() throws IOException {
    Files.writeString(driver, "haltpoll\n");
    assertThat(HostProcessors.isWanted(KeepAwake.AUTO, driver, 2)).isTrue();
    assertThat(HostProcessors.isWanted(KeepAwake.AUTO, driver, 8)).isTrue();
    assertThat(HostProcessors.isWanted(KeepAwake.AUTO, driver, 9)).isFalse();
  }

  @Test
  void othersSleep() throws IOException {
    Files.writeString(driver, "intel_idle\n");
    assertThat(HostProcessors.isWanted(KeepAwake.AUTO, driver, 2)).isFalse();
    Files.writeString(driver, "none\n");
    assertThat(HostProcessors.isWanted(KeepAwake.AUTO, driver, 2)).isFalse();
  }

  @Test
  void aKernelWithoutIdleDriversLetsThemSleep() {
    assertThat(HostProcessors.isWanted(KeepAwake.AUTO, driver, 2)).isFalse();
  }

  @Test
  void whoeverWishesItHasItAnywhereOrNowhere() throws IOException {
    Files.writeString(driver, "haltpoll\n");
    assertThat(HostProcessors.isWanted(KeepAwake.NEVER, driver, 2)).isFalse();
    assertThat(HostProcessors.isWanted(KeepAwake.ALWAYS, directory.resolve("none"), 64)).isTrue();
  }
}
