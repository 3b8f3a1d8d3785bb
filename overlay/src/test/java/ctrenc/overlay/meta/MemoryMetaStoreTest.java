package ctrenc.overlay.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class MemoryMetaStoreTest extends MetaStoreContract {

  @Override
  MetaStore create() {
    return new MemoryMetaStore();
  }

  @Test
  void keepsAPrefixOfUnsyncedBatchesAfterPowerLoss() throws IOException {
    MemoryMetaStore store = new MemoryMetaStore();
    for (int i = 0; i < 6; i++) {
      try (MetaBatch batch = store.batch()) {
        batch.put(Table.INODE, new byte[] {(byte) i}, key("v"));
        batch.put(Table.ENTRY, new byte[] {(byte) i}, key("v"));
        store.commit(batch);
      }
      if (i == 2) {
        store.sync();
      }
    }
    Set<Integer> lengths = new HashSet<>();
    Random random = new Random(11);
    for (int i = 0; i < 200; i++) {
      MemoryMetaStore found = store.afterPowerLoss(random);
      lengths.add(prefix(found));
    }
    assertThat(lengths).containsExactlyInAnyOrder(3, 4, 5, 6);
  }

  @Test
  void failsTheChosenCallAlone() throws IOException {
    MemoryMetaStore store = new MemoryMetaStore();
    store.failCall(2);
    store.sync();
    assertThatThrownBy(store::sync).isInstanceOf(IOException.class);
    store.sync();
  }

  @Test
  void tellsHooksBeforeItFlushesAndFailsAfterAHookFailed() throws IOException {
    MemoryMetaStore store = new MemoryMetaStore();
    store.addFlushHook(
        () -> {
          throw new IOException("no room for data");
        });
    assertThatThrownBy(store::flush).hasRootCauseMessage("no room for data");
    assertThatThrownBy(store::sync).hasRootCauseMessage("no room for data");
  }

  private static int prefix(MemoryMetaStore found) throws IOException {
    int length = 0;
    while (found.get(Table.INODE, new byte[] {(byte) length}).isPresent()) {
      assertThat(found.get(Table.ENTRY, new byte[] {(byte) length})).isPresent();
      length++;
    }
    for (int i = length; i < 6; i++) {
      assertThat(found.get(Table.ENTRY, new byte[] {(byte) i})).isEmpty();
    }
    return length;
  }
}
