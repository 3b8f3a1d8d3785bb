package ctrenc.overlay.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class MemoryStorageTest extends StorageContract {

  @Override
  Storage makeStorage() {
    return new MemoryStorage();
  }

  @Test
  void keepsWhatWasSynced() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    storage.createDirectory("d");
    try (StorageFile file = storage.create("d/a")) {
      write(file, bytes(1, 3000), 0);
      file.sync();
    }
    storage.syncDirectory("");
    storage.syncDirectory("d");
    MemoryStorage found = storage.afterPowerLoss(new Random(1));
    assertThat(found.bytes("d/a")).isEqualTo(bytes(1, 3000));
  }

  @Test
  void keepsSomeSectorsOfWhatWasNotSynced() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (StorageFile file = storage.create("a")) {
      write(file, new byte[2048], 0);
      file.sync();
      storage.syncDirectory("");
      byte[] ones = new byte[2048];
      Arrays.fill(ones, (byte) 1);
      write(file, ones, 0);
    }
    Set<String> patterns = new HashSet<>();
    Random random = new Random(2);
    for (int i = 0; i < 500; i++) {
      byte[] found = storage.afterPowerLoss(random).bytes("a");
      patterns.add("" + found[0] + found[512] + found[1024] + found[1536]);
      assertThat(found[511]).isEqualTo(found[0]);
    }
    assertThat(patterns).hasSize(16);
  }

  @Test
  void losesNamesThatWereNotSynced() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    storage.create("a").close();
    storage.create("b").close();
    Set<Integer> counts = new HashSet<>();
    Random random = new Random(3);
    for (int i = 0; i < 100; i++) {
      MemoryStorage fresh = new MemoryStorage();
      fresh.create("a").close();
      fresh.create("b").close();
      counts.add(fresh.afterPowerLoss(random).names().size());
    }
    assertThat(counts).containsExactlyInAnyOrder(0, 1, 2);
  }
}
