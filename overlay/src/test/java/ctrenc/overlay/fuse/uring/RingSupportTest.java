package ctrenc.overlay.fuse.uring;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a host says of io_uring, and what its user is told. */
class RingSupportTest {

  @TempDir Path directory;

  @Test
  void kernelWithoutTheSwitchIsTooOld() {
    assertThatThrownBy(() -> RingSupport.requireSwitch(directory.resolve("absent")))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "This kernel has no FUSE over io_uring, which needs Linux 6.14 or later: use the transport kernel.");
  }

  @Test
  void switchThatIsOffIsNamed() throws IOException {
    Path parameter = Files.writeString(directory.resolve("enable_uring"), "N\n");
    assertThatThrownBy(() -> RingSupport.requireSwitch(parameter))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "The kernel's FUSE over io_uring is switched off: write Y to %s, or use the transport kernel."
                .formatted(parameter));
    Files.writeString(parameter, "Y\n");
    assertThatCode(() -> RingSupport.requireSwitch(parameter)).doesNotThrowAnyException();
  }
}
