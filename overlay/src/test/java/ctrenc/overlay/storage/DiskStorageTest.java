package ctrenc.overlay.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
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
  void opensOnlyWhatIsThere() {
    assertThatThrownBy(() -> DiskStorage.open(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }
}
