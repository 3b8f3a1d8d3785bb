package ctrenc.overlay.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class DiskFailuresTest extends StorageContract {

  @Override
  Storage makeStorage() {
    return new DiskFailures().over(new MemoryStorage());
  }

  @Test
  void failsTheChosenCallAlone() throws IOException {
    DiskFailures failures = new DiskFailures();
    Storage storage = failures.over(new MemoryStorage());
    StorageFile file = storage.create("a");
    failures.failCall(2);
    write(file, bytes(1, 10), 0);
    assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
    file.sync();
  }

  @Test
  void leavesHalfAWriteOnAFullDisk() throws IOException {
    DiskFailures failures = new DiskFailures();
    Storage storage = failures.over(new MemoryStorage());
    StorageFile file = storage.create("a");
    failures.setFull(true);
    assertThatThrownBy(() -> write(file, bytes(1, 10), 0)).isInstanceOf(DiskFullException.class);
    assertThatThrownBy(() -> storage.create("b")).isInstanceOf(DiskFullException.class);
    assertThat(file.size()).isEqualTo(5);
    failures.setFull(false);
    write(file, bytes(1, 10), 0);
  }

  @Test
  void replacesWholeFilesOrNotAtAllWhicheverCallFails() throws IOException {
    for (int n = 1; n <= 6; n++) {
      MemoryStorage memory = new MemoryStorage();
      DiskFailures failures = new DiskFailures();
      Storage storage = failures.over(memory);
      WholeFile.replace(storage, "w", bytes(1, 100));
      failures.failCall(n);
      try {
        WholeFile.replace(storage, "w", bytes(2, 100));
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("the call that was to fail");
      }
      assertThat(memory.bytes("w")).isIn(bytes(1, 100), bytes(2, 100));
      WholeFile.replace(storage, "w", bytes(3, 100));
      assertThat(memory.bytes("w")).isEqualTo(bytes(3, 100));
    }
  }
}
