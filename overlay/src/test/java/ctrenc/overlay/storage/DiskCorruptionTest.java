package ctrenc.overlay.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class DiskCorruptionTest extends StorageContract {

  @Override
  Storage makeStorage() {
    return new DiskCorruption().over(new MemoryStorage());
  }

  @Test
  void turnsOneByteUntilItHeals() throws IOException {
    DiskCorruption corruption = new DiskCorruption();
    Storage storage = corruption.over(new MemoryStorage());
    StorageFile file = storage.create("a");
    write(file, new byte[10], 0);
    corruption.flip("a", 7, 0x81);
    assertThat(read(file, 5, 5)).containsExactly(0, 0, 0x81, 0, 0);
    assertThat(read(file, 0, 7)).containsOnly(0);
    corruption.heal();
    assertThat(read(file, 0, 10)).containsOnly(0);
  }
}
