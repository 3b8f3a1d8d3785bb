package ctrenc.overlay.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskStorageTest extends StorageContract {

  @TempDir Path directory;
  private DiskStorage disk;

  @Override
  Storage makeStorage() throws IOException {
    disk = DiskStorage.open(directory);
    return disk;
  }

  @AfterEach
  void close() throws IOException {
    disk.close();
  }

  @Test
  void keepsOthersOut() throws IOException {
    disk.createDirectory("d");
    disk.create("d/f").close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("d"))))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("d/f"))))
        .isEqualTo("rw-------");
  }

  @Test
  void refusesASymbolicLinkInThePlaceOfAFile() throws IOException {
    Path outside = Files.writeString(directory.resolve("outside"), "x");
    Files.createSymbolicLink(directory.resolve("link"), outside);
    assertThatThrownBy(() -> disk.open("link")).isInstanceOf(IOException.class);
  }

  @Test
  void saysThatTheDiskIsFull() throws IOException {
    // Writes to this device always fail with ENOSPC.
    try (DiskStorage devices = DiskStorage.open(Path.of("/dev"));
        StorageFile full = devices.open("full")) {
      assertThatThrownBy(() -> write(full, bytes(1, 10), 0)).isInstanceOf(DiskFullException.class);
    }
  }

  @Test
  void whatIsReadOnceStaysOutOfTheKernelsCache() throws IOException {
    int length = 16 * StorageFile.ALIGNMENT;
    try (StorageFile file = disk.create("f");
        Descriptor seen = FileOpener.open(directory.resolve("f"), OpenFlag.READ_ONLY);
        Arena arena = Arena.ofConfined()) {
      write(file, bytes(1, length), 0);
      file.sync();
      file.dropCache(0, 0);
      assumeTrue(isOutOfCache(seen, length), "a filesystem that lives in the cache");
      MemorySegment pages = arena.allocate(length, StorageFile.ALIGNMENT);
      assertThat(file.readOnce(pages, 0)).isEqualTo(length);
      assertThat(FileData.cachedPages(seen, 0, length)).isZero();
      assertThat(read(file, 0, length)).isEqualTo(bytes(1, length));
      assertThat(FileData.cachedPages(seen, 0, length)).isEqualTo(16);
    }
  }

  private static boolean isOutOfCache(Descriptor file, int length) throws SystemCallException {
    try {
      return FileData.cachedPages(file, 0, length) == 0;
    } catch (SystemCallException e) {
      assumeTrue(!e.is(ErrorNumber.ENOSYS), "cachestat(2) came with Linux 6.5");
      throw e;
    }
  }

  @Test
  void opensOnlyWhatIsThere() {
    assertThatThrownBy(() -> DiskStorage.open(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }
}
