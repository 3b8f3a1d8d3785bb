package ctrenc.overlay.meta;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.storage.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that fills up under RocksDB, and has room again. Mounts a tmpfs. */
@Tag("kernel")
final class RocksFullDiskTest {

  private static final int FILLER = 118 << 20;

  @TempDir Path disk;

  @BeforeEach
  void mount() throws Exception {
    run("mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", disk.toString());
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", disk.toString());
  }

  @Test
  void saysThatItIsFullLosesNothingAndGoesOnWhenThereIsRoom() throws IOException {
    Path filler = disk.resolve("filler");
    int committed = 0;
    try (MetaStore store = open()) {
      Files.write(filler, new byte[FILLER]);
      try {
        while (committed < 100_000) {
          commit(store, committed);
          committed++;
        }
      } catch (DiskFullException e) {
        assertThat(e).hasMessageContaining("no room");
      }
      assertThat(committed).isBetween(100, 99_999);
      Files.delete(filler);
      // RocksDB looks for room every few seconds.
      Instant patience = Instant.now().plus(Duration.ofSeconds(60));
      while (!isCommitted(store, committed) && Instant.now().isBefore(patience)) {
        Thread.onSpinWait();
      }
      assertThat(store.get(Table.INODE, key(committed))).isPresent();
      store.sync();
    }
    try (MetaStore store = open()) {
      for (int i = 0; i <= committed; i++) {
        assertThat(store.get(Table.INODE, key(i))).isPresent();
      }
    }
  }

  private MetaStore open() throws IOException {
    return RocksMetaStore.open(disk.resolve("meta"), RocksTuning.standard(), ReplayCheck.NONE);
  }

  private static boolean isCommitted(MetaStore store, int number) throws IOException {
    try {
      commit(store, number);
      return true;
    } catch (DiskFullException e) {
      return false;
    }
  }

  private static void commit(MetaStore store, int number) throws IOException {
    try (MetaBatch batch = store.batch()) {
      batch.put(Table.INODE, key(number), new byte[2000]);
      store.commit(batch);
    }
  }

  private static byte[] key(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
  }
}
