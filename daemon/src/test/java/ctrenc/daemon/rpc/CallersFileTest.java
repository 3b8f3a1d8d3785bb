package ctrenc.daemon.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.proto.v1.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The caller is this process itself. */
@Timeout(60)
class CallersFileTest {

  private static final PeerCredentials SELF =
      new PeerCredentials((int) ProcessHandle.current().pid(), 0, Set.of());

  @TempDir private Path directory;

  private static OpenFile named(Descriptor open) throws IOException {
    Path place = Path.of("/proc/self/fd/" + open.number());
    return OpenFile.newBuilder()
        .setNumber(open.number())
        .setDevice((long) Files.getAttribute(place, "unix:dev"))
        .setInode((long) Files.getAttribute(place, "unix:ino"))
        .build();
  }

  private static byte[] pattern(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + i / 251);
    }
    return bytes;
  }

  private Path pipe() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return pipe;
  }

  @Test
  void whatIsWrittenGoesOnWhereTheCallerHasComeTo() throws Exception {
    Path path = Files.writeString(directory.resolve("file"), "before");
    byte[] bytes = pattern(700_000);
    try (Descriptor open = FileOpener.open(path, OpenFlag.WRITE_ONLY | OpenFlag.APPEND);
        CallersFile file = CallersFile.toWrite(SELF, named(open), () -> false).orElseThrow()) {
      assertThat(file.write(ByteBuffer.wrap(bytes))).isEqualTo(bytes.length);
      assertThat(file.write(ByteBuffer.allocateDirect(3))).isEqualTo(3);
    }
    byte[] written = Files.readAllBytes(path);
    assertThat(Arrays.copyOfRange(written, 6, 6 + bytes.length)).isEqualTo(bytes);
    assertThat(written).hasSize(6 + bytes.length + 3);
  }

  @Test
  void fileIsReadFromWhereTheCallerHasComeTo() throws Exception {
    byte[] bytes = pattern(400_000);
    Path path = Files.write(directory.resolve("file"), bytes);
    try (Descriptor open = FileOpener.open(path, OpenFlag.READ_ONLY)) {
      ByteBuffer first = ByteBuffer.allocate(1000);
      try (CallersFile file = CallersFile.toRead(SELF, named(open), () -> false).orElseThrow()) {
        file.read(first);
      }
      ByteBuffer rest = ByteBuffer.allocateDirect(bytes.length);
      try (CallersFile file = CallersFile.toRead(SELF, named(open), () -> false).orElseThrow()) {
        while (file.read(rest) >= 0) {
          assertThat(rest.hasRemaining()).isTrue();
        }
      }
      byte[] read = new byte[bytes.length - 1000];
      rest.flip().get(read);
      assertThat(first.array()).isEqualTo(Arrays.copyOf(bytes, 1000));
      assertThat(read).isEqualTo(Arrays.copyOfRange(bytes, 1000, bytes.length));
    }
  }

  @Test
  void aPipeEndsWithItsWriterAndSaysWhenItsReaderIsGone() throws Exception {
    Path pipe = pipe();
    try (Descriptor both = FileOpener.open(pipe, OpenFlag.READ_WRITE);
        CallersFile out = CallersFile.toWrite(SELF, named(both), () -> false).orElseThrow()) {
      CallersFile in = CallersFile.toRead(SELF, named(both), () -> false).orElseThrow();
      out.write(ByteBuffer.wrap(pattern(1000)));
      both.close();
      ByteBuffer room = ByteBuffer.allocate(2000);
      assertThat(in.read(room)).isEqualTo(1000);
      in.close();
      assertThatThrownBy(() -> out.write(ByteBuffer.wrap(pattern(10))))
          .isInstanceOf(CallersFile.ReaderGoneException.class);
    }
    try (Descriptor both = FileOpener.open(pipe, OpenFlag.READ_WRITE)) {
      CallersFile in = CallersFile.toRead(SELF, named(both), () -> false).orElseThrow();
      both.close();
      assertThat(in.read(ByteBuffer.allocate(10))).isEqualTo(-1);
      in.close();
    }
  }

  @Test
  void aCallThatIsGivenUpWaitsForNoPipe() throws Exception {
    try (Descriptor both = FileOpener.open(pipe(), OpenFlag.READ_WRITE);
        CallersFile in = CallersFile.toRead(SELF, named(both), () -> true).orElseThrow();
        CallersFile out = CallersFile.toWrite(SELF, named(both), () -> true).orElseThrow()) {
      assertThatThrownBy(() -> in.read(ByteBuffer.allocate(10)))
          .isInstanceOf(RefusedException.class);
      assertThatThrownBy(() -> out.write(ByteBuffer.wrap(pattern(4 << 20))))
          .isInstanceOf(RefusedException.class);
    }
  }

  @Test
  void whatIsAnotherFileOrNoneIsNotTaken() throws Exception {
    Path path = Files.writeString(directory.resolve("file"), "text");
    try (Descriptor open = FileOpener.open(path, OpenFlag.READ_ONLY);
        Descriptor device = FileOpener.open(Path.of("/dev/zero"), OpenFlag.READ_ONLY)) {
      OpenFile other = named(open).toBuilder().setInode(1).build();
      assertThat(CallersFile.toRead(SELF, other, () -> false)).isEqualTo(Optional.empty());
      assertThat(CallersFile.toRead(SELF, named(device), () -> false)).isEmpty();
      OpenFile closed = named(open).toBuilder().setNumber(100_000).build();
      assertThat(CallersFile.toRead(SELF, closed, () -> false)).isEmpty();
      PeerCredentials nobody = new PeerCredentials(0, 0, Set.of());
      assertThat(CallersFile.toRead(nobody, named(open), () -> false)).isEmpty();
    }
  }
}
