package ctrenc.overlay.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Storage} does. */
abstract class StorageContract {

  private Storage storage;

  abstract Storage makeStorage() throws IOException;

  @BeforeEach
  void open() throws IOException {
    storage = makeStorage();
  }

  @Test
  void readsWhatWasWrittenShortAtTheEnd() throws IOException {
    try (StorageFile file = storage.create("a")) {
      write(file, bytes(1, 5000), 0);
      write(file, bytes(2, 100), 1000);
      byte[] expected = bytes(1, 5000);
      System.arraycopy(bytes(2, 100), 0, expected, 1000, 100);
      assertThat(read(file, 0, 5000)).isEqualTo(expected);
      assertThat(read(file, 4990, 100)).isEqualTo(Arrays.copyOfRange(expected, 4990, 5000));
      assertThat(read(file, 9000, 10)).isEmpty();
      assertThat(file.size()).isEqualTo(5000);
    }
    try (StorageFile file = storage.open("a")) {
      assertThat(file.size()).isEqualTo(5000);
    }
  }

  @Test
  void readsZerosWhereNothingWasWritten() throws IOException {
    try (StorageFile file = storage.create("a")) {
      write(file, bytes(1, 10), 10_000);
      assertThat(read(file, 0, 10_000)).containsOnly(0);
      assertThat(file.size()).isEqualTo(10_010);
    }
  }

  @Test
  void punchesHolesThatReadAsZerosAndKeepTheSize() throws IOException {
    try (StorageFile file = storage.create("a")) {
      write(file, bytes(1, 64 * 1024), 0);
      file.sync();
      long before = file.storedBytes();
      file.punch(8192, 32 * 1024);
      assertThat(read(file, 8192, 32 * 1024)).containsOnly(0);
      assertThat(read(file, 0, 8192)).isEqualTo(Arrays.copyOf(bytes(1, 64 * 1024), 8192));
      assertThat(file.size()).isEqualTo(64 * 1024);
      assertThat(file.storedBytes()).isEqualTo(before - 32 * 1024);
      file.beginWriteOut(0, 64 * 1024);
      file.dropCache(0, 64 * 1024);
      assertThat(read(file, 0, 8192)).isEqualTo(Arrays.copyOf(bytes(1, 64 * 1024), 8192));
    }
  }

  @Test
  void truncatesAndGrows() throws IOException {
    try (StorageFile file = storage.create("a")) {
      write(file, bytes(1, 1000), 0);
      file.truncate(100);
      assertThat(file.size()).isEqualTo(100);
      file.truncate(300);
      assertThat(read(file, 0, 500))
          .isEqualTo(Arrays.copyOf(Arrays.copyOf(bytes(1, 1000), 100), 300));
    }
  }

  @Test
  void createsOnceAndOpensWhatIsThere() throws IOException {
    storage.create("a").close();
    assertThatThrownBy(() -> storage.create("a")).isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> storage.open("b")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> storage.create("no/b")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> storage.delete("b")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void makesListsAndRemovesDirectories() throws IOException {
    storage.createDirectory("x/y/z");
    storage.createDirectory("x/y/z");
    storage.create("x/y/f").close();
    storage.create("x/top").close();
    assertThat(storage.list("x")).containsExactlyInAnyOrder("y", "top");
    assertThat(storage.list("x/y")).containsExactlyInAnyOrder("z", "f");
    assertThat(storage.list("x/none")).isEmpty();
    assertThat(storage.list("")).contains("x");
    assertThat(storage.exists("x/y/f")).isTrue();
    assertThat(storage.exists("x/y/z")).isTrue();
    assertThat(storage.exists("x/y/none")).isFalse();
    assertThatThrownBy(() -> storage.delete("x/y")).isInstanceOf(DirectoryNotEmptyException.class);
    storage.delete("x/y/f");
    storage.delete("x/y/z");
    storage.delete("x/y");
    storage.syncDirectory("x");
    assertThat(storage.list("x")).containsExactly("top");
  }

  @Test
  void renamesOverWhatIsThere() throws IOException {
    writeFile("a", bytes(1, 10));
    writeFile("b", bytes(2, 20));
    storage.rename("a", "b");
    assertThat(storage.exists("a")).isFalse();
    assertThat(WholeFile.read(storage, "b", 100)).isEqualTo(bytes(1, 10));
  }

  @Test
  void replacesWholeFiles() throws IOException {
    WholeFile.replace(storage, "w", bytes(1, 10));
    WholeFile.replace(storage, "w", bytes(2, 300));
    assertThat(WholeFile.read(storage, "w", 300)).isEqualTo(bytes(2, 300));
    assertThatThrownBy(() -> WholeFile.read(storage, "w", 299))
        .isInstanceOf(DamagedException.class);
    WholeFile.replace(storage, "w", new byte[0]);
    assertThat(WholeFile.read(storage, "w", 1)).isEmpty();
    assertThat(storage.list("")).containsExactly("w");
  }

  static byte[] bytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static void write(StorageFile file, byte[] bytes, long position) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      file.write(arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes), position);
    }
  }

  static byte[] read(StorageFile file, long position, int length) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(length);
      int read = file.read(target, position);
      return target.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private void writeFile(String name, byte[] bytes) throws IOException {
    try (StorageFile file = storage.create(name)) {
      write(file, bytes, 0);
    }
  }
}
