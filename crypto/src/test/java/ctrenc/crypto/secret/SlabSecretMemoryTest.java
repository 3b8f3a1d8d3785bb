package ctrenc.crypto.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlabSecretMemoryTest {

  private final List<MemorySegment> pages = new ArrayList<>();
  private final SecretMemory memory =
      SecretMemory.slab(
          size -> {
            pages.add(Arena.ofAuto().allocate(size));
            return pages.getLast();
          });

  @ParameterizedTest
  @CsvSource({"1,64", "32,64", "64,64", "65,128", "128,128", "129,256", "2049,4096", "4096,4096"})
  void givesTheSmallestSlotThatHolds(long size, long slot) {
    assertThat(memory.allocate(size).byteSize()).isEqualTo(slot);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 4097})
  void refusesSizesThatNoSecretHas(long size) {
    assertThatThrownBy(() -> memory.allocate(size)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void slotsDoNotOverlapAndFillPages() {
    Set<Long> addresses = new TreeSet<>();
    for (int i = 0; i < 128; i++) {
      addresses.add(memory.allocate(32).address());
    }
    assertThat(pages).hasSize(2);
    assertThat(addresses).hasSize(128);
    long previous = Long.MIN_VALUE;
    for (long address : addresses) {
      assertThat(previous).isLessThanOrEqualTo(address - 64);
      previous = address;
    }
  }

  @Test
  void reusesWhatCameBack() {
    for (int i = 0; i < 1000; i++) {
      memory.release(memory.allocate(32));
    }
    assertThat(pages).hasSize(1);
  }
}
