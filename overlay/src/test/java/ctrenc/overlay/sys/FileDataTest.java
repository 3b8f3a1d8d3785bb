package ctrenc.overlay.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDataTest {

  private static final int MIB = 1 << 20;

  @TempDir Path temporary;
  private final Arena arena = Arena.ofAuto();
  private Descriptor file;

  @BeforeEach
  void open() throws SystemCallException {
    file =
        FileOpener.open(
            Descriptor.WORKING_DIRECTORY,
            FileOpener.bytesOf(temporary.resolve("file")),
            OpenFlag.CREATE | OpenFlag.READ_WRITE,
            0600);
  }

  @AfterEach
  void close() throws SystemCallException {
    file.close();
  }

  @Test
  void readsWhatWasWritten() throws Exception {
    MemorySegment source = arena.allocate(MIB);
    source.set(ValueLayout.JAVA_LONG, MIB - 8, 42);
    FileData.write(file, 4096, source);
    MemorySegment target = arena.allocate(2 * MIB);
    assertThat(FileData.read(file, 4096, target)).isEqualTo(MIB);
    assertThat(target.asSlice(0, MIB).mismatch(source)).isEqualTo(-1);
    assertThat(FileData.read(file, 4096 + MIB, target)).isZero();
    FileData.sync(file);
    FileData.dataSync(file);
    FileData.syncFileSystem(file);
  }

  @Test
  void shapesHoles() throws Exception {
    FileData.write(file, 0, arena.allocate(64 * 1024).fill((byte) 1));
    FileData.truncate(file, MIB);
    FileData.allocate(file, FileData.PUNCH_HOLE | FileData.KEEP_SIZE, 0, 32 * 1024);
    assertThat(FileData.seekData(file, 0)).isEqualTo(32 * 1024);
    assertThat(FileData.seekHole(file, 32 * 1024)).isEqualTo(64 * 1024);
    assertThatThrownBy(() -> FileData.seekData(file, 64 * 1024))
        .isInstanceOfSatisfying(
            SystemCallException.class,
            failure -> assertThat(failure.is(ErrorNumber.ENXIO)).isTrue());
    FileData.allocate(file, 0, MIB, MIB);
    assertThat(FileStatus.of(file).size()).isEqualTo(2 * MIB);
    FileData.advise(file, 0, 0, FileData.ADVISE_DONT_NEED);
  }

  @Test
  void copiesBetweenOffsets() throws Exception {
    FileData.write(file, 0, arena.allocate(8192).fill((byte) 7));
    assertThat(FileData.copy(file, 4096, file, 16384, 4096)).isEqualTo(4096);
    MemorySegment target = arena.allocate(4096);
    assertThat(FileData.read(file, 16384, target)).isEqualTo(4096);
    assertThat(target.get(ValueLayout.JAVA_BYTE, 4095)).isEqualTo((byte) 7);
  }

  @Test
  void heapMemoryIsRefused() {
    assertThatThrownBy(() -> FileData.read(file, 0, MemorySegment.ofArray(new byte[10])))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void memoryFileHoldsBytes() throws Exception {
    try (Descriptor memory = MemoryFile.create("ring")) {
      FileData.truncate(memory, 4096);
      assertThat(FileStatus.of(memory).size()).isEqualTo(4096);
    }
  }

  @Test
  void pollSeesSignalAndPatienceEnds() throws Exception {
    try (EventCounter counter = new EventCounter()) {
      assertThat(Poll.await(counter.descriptor(), Poll.READABLE, Duration.ofMillis(20))).isZero();
      counter.signal();
      assertThat(Poll.await(counter.descriptor(), Poll.READABLE, Duration.ofSeconds(60)))
          .isEqualTo(Poll.READABLE);
    }
  }

  @Test
  void endedProcessIsReadable() throws Exception {
    Process process = new ProcessBuilder("sleep", "60").start();
    try (Descriptor handle = ProcessHandles.open((int) process.pid())) {
      assertThat(Poll.await(handle, Poll.READABLE, Duration.ZERO)).isZero();
      process.destroyForcibly();
      assertThat(Poll.await(handle, Poll.READABLE, Duration.ofSeconds(60)) & Poll.READABLE)
          .isEqualTo(Poll.READABLE);
    }
    process.waitFor();
  }
}
