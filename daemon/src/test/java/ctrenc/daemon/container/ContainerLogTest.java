package ctrenc.daemon.container;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.Entries;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Stream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The newest output is there, in order, however much there was. */
class ContainerLogTest {

  private static final int FIFO_OF_OWNER = 0010600;

  @TempDir Path directory;

  /** What a container writes to its output, and the log takes from it. */
  private void say(ContainerLog log, String text) throws Exception {
    Path path = directory.resolve("pipe");
    byte[] name = FileOpener.bytesOf(path);
    Entries.makeNode(Descriptor.WORKING_DIRECTORY, name, FIFO_OF_OWNER, 0);
    try (Arena arena = Arena.ofConfined();
        Descriptor pipe = FileOpener.open(path, OpenFlag.READ_WRITE)) {
      MemorySegment source = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes(text));
      assertThat(Stream.write(pipe, source)).isEqualTo(source.byteSize());
      assertThat(log.take(pipe)).isEqualTo(source.byteSize());
      assertThat(log.take(pipe)).isEqualTo(-ErrorNumber.EAGAIN);
    }
    Files.delete(path);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String readAll(ContainerLog log) throws Exception {
    StringBuilder all = new StringBuilder();
    long position = 0;
    while (true) {
      ContainerLog.Part part = log.read(position, 5, 0);
      if (part.bytes().length == 0) {
        return all.toString();
      }
      all.append(new String(part.bytes(), StandardCharsets.UTF_8));
      position = part.next();
    }
  }

  @Test
  void keepsTheNewestOutputWithinTheLimit() throws Exception {
    Path file = directory.resolve("c.log");
    try (ContainerLog log = ContainerLog.open(file, 100)) {
      for (int i = 0; i < 100; i++) {
        say(log, "%04d\n".formatted(i));
      }
      String kept = readAll(log);
      assertThat(kept).endsWith("0098\n0099\n").startsWith("00");
      assertThat(kept.length()).isBetween(50, 110).isEqualTo(kept.lines().count() * 5);
    }
    try (var files = Files.list(directory)) {
      assertThat(files.mapToLong(path -> path.toFile().length()).sum()).isLessThanOrEqualTo(110);
    }
  }

  @Test
  void wakesAReaderThatFollows() throws Exception {
    try (ContainerLog log = ContainerLog.open(directory.resolve("c.log"), 100)) {
      CompletableFuture<ContainerLog.Part> waiting =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return log.read(0, 100, 60_000);
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
      say(log, "line\n");
      assertThat(waiting.get(60, TimeUnit.SECONDS).bytes()).isEqualTo(bytes("line\n"));
      log.close();
      assertThat(log.read(5, 100, 60_000).isLast()).isTrue();
    }
  }

  @Test
  void goesWithoutATrace() throws Exception {
    ContainerLog log = ContainerLog.open(directory.resolve("c.log"), 10);
    say(log, "more than half of the limit");
    log.remove();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void goesOnWithWhatAnEarlierDaemonWrote() throws Exception {
    Path file = directory.resolve("c.log");
    for (int i = 0; i < 100; i++) {
      try (ContainerLog log =
          i == 0 ? ContainerLog.open(file, 100) : ContainerLog.reopen(file, 100)) {
        say(log, "%04d\n".formatted(i));
      }
    }
    try (ContainerLog log = ContainerLog.reopen(file, 100)) {
      say(log, "last\n");
      String kept = readAll(log);
      assertThat(kept).endsWith("0098\n0099\nlast\n").startsWith("00");
      assertThat(kept.length()).isBetween(50, 110);
    }
  }
}
