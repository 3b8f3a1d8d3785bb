package ctrenc.overlay.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ProcessorCountTest {

  @Test
  void processorsAreCountedNotTheirNumbers() {
    assertThat(ProcessorCount.of("0")).isEqualTo(1);
    assertThat(ProcessorCount.of("0-1")).isEqualTo(2);
    assertThat(ProcessorCount.of("0-3,8-11,16")).isEqualTo(9);
  }

  @Test
  void thisProcessMayUseNoMoreThanThereAre() throws IOException {
    assertThat(ProcessorCount.online())
        .isBetween(Runtime.getRuntime().availableProcessors(), ProcessorCount.possible());
  }
}
