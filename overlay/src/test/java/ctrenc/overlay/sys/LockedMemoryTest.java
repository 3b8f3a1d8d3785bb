package ctrenc.overlay.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class LockedMemoryTest {

  @Test
  void pagesAreLockedAndKeptOutOfDumps() throws Exception {
    MemorySegment secret = LockedMemory.allocate(32);
    assertThat(secret.byteSize()).isEqualTo(32);
    assertThat(secret.get(ValueLayout.JAVA_LONG, 24)).isZero();
    String flags = flagsOf(secret.address());
    assertThat(flags).contains(" lo").contains(" dd").contains(" dc");
  }

  @Test
  void refusesEmptySecrets() {
    assertThatThrownBy(() -> LockedMemory.allocate(0)).isInstanceOf(IllegalArgumentException.class);
  }

  /** The VmFlags of the mapping that starts at or before an address and ends after it. */
  private static String flagsOf(long address) throws Exception {
    List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
    boolean inside = false;
    for (String line : lines) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        String[] range = line.split("[- ]");
        inside =
            Long.compareUnsigned(Long.parseUnsignedLong(range[0], 16), address) <= 0
                && Long.compareUnsigned(address, Long.parseUnsignedLong(range[1], 16)) < 0;
      } else if (inside && line.startsWith("VmFlags:")) {
        return line;
      }
    }
    throw new AssertionError("no mapping holds the address");
  }
}
