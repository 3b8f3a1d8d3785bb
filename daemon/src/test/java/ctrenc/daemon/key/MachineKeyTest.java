package ctrenc.daemon.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.protector.MachineKeyProtector;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The machine key's file is made once, read as it is, and refused when others could have read it.
 */
class MachineKeyTest {

  @TempDir Path directory;

  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("machine.key");
  }

  private void open() throws IOException {
    MachineKey.open(file, false, SecretMemory.plain(), Entropy.system()).close();
  }

  @Test
  void makesTheFileOnceForItsOwnerAlone() throws IOException {
    open();
    byte[] first = Files.readAllBytes(file);
    assertThat(first).hasSize(MachineKeyProtector.LENGTH).isNotEqualTo(new byte[32]);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("r--------");
    open();
    assertThat(Files.readAllBytes(file)).isEqualTo(first);
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void refusesAFileThatOthersCanRead() throws IOException {
    open();
    for (String mode : new String[] {"r--r-----", "r-----r--", "rw--w----"}) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
      assertThatThrownBy(this::open)
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("its owner alone");
    }
  }

  @Test
  void refusesAFileOfAnotherLengthAndALink() throws IOException {
    Files.write(
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))),
        new byte[31]);
    assertThatThrownBy(this::open).hasMessageContaining("32 bytes");
    Files.write(file, new byte[33]);
    assertThatThrownBy(this::open).hasMessageContaining("32 bytes");
    Path elsewhere = directory.resolve("elsewhere");
    Files.move(file, elsewhere);
    Files.createSymbolicLink(file, elsewhere);
    assertThatThrownBy(this::open).isInstanceOf(RefusedException.class);
  }
}
