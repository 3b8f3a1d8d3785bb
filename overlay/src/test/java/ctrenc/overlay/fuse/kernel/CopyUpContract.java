package ctrenc.overlay.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What programs see when a file of an image is changed by one of them while others have it open, in
 * any cache mode: whoever opens it by name afterwards sees the change, nobody sees an error, and
 * the image stays as it was.
 */
@Tag("kernel")
abstract class CopyUpContract {

  private static final int MIB = 1 << 20;

  @TempDir Path home;
  LiveRoot root;
  LiveMount live;

  abstract CacheMode mode();

  /** How requests come. */
  Carrier carrier() {
    return Carrier.DEVICE;
  }

  @BeforeEach
  void mount() throws IOException {
    root = new LiveRoot(carrier(), home);
    Files.writeString(root.image().resolve("file"), "from the image\n");
    Files.createLink(root.image().resolve("other-name"), root.image().resolve("file"));
    Files.writeString(root.image().resolve("single"), "from the image\n");
    Files.write(root.image().resolve("big"), pattern(MIB));
    // The kernel stamps changes by a clock of few milliseconds, so a change made at once could not
    // be told from the making of the file.
    Files.setLastModifiedTime(root.image().resolve("big"), FileTime.from(Instant.EPOCH));
    live = root.mount(mode());
  }

  @AfterEach
  void unmount() throws IOException {
    root.close();
    assertThat(root.image().resolve("file")).hasContent("from the image");
    assertThat(root.image().resolve("single")).hasContent("from the image");
    assertThat(Files.readAllBytes(root.image().resolve("big"))).isEqualTo(pattern(MIB));
  }

  static byte[] pattern(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 10));
    }
    return bytes;
  }

  static String text(Descriptor file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(4096);
      int count = (int) FileData.read(file, 0, target);
      byte[] bytes = target.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private static int mode(Descriptor file) {
    try {
      return FileStatus.of(file).mode();
    } catch (SystemCallException e) {
      throw new AssertionError(e);
    }
  }

  /** Runs a change while another descriptor and a mapping have the file open. */
  private void whileHeld(String name, Change change) throws Exception {
    long before = FileStatus.at(Descriptor.WORKING_DIRECTORY, live.bytes(name)).inode();
    try (Descriptor holder = live.open(name, OpenFlag.READ_ONLY);
        Arena arena = Arena.ofShared();
        FileChannel channel = FileChannel.open(live.path(name), StandardOpenOption.READ)) {
      MemorySegment mapped =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, Files.size(live.path(name)), arena);
      assertThat(mapped.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'f');
      change.run();
      assertThat(FileStatus.of(holder).inode()).isEqualTo(before);
      assertThat(FileStatus.at(Descriptor.WORKING_DIRECTORY, live.bytes(name)).inode())
          .isEqualTo(before);
      assertThat(text(holder)).as("no error for who holds it").isNotNull();
    }
  }

  @Test
  void appended() throws Exception {
    whileHeld("file", () -> live.run("echo more >> file"));
    assertThat(live.run("cat file")).isEqualTo("from the image\nmore");
    assertThat(live.run("cat other-name")).isEqualTo("from the image\nmore");
    assertThat(live.run("stat -c %s other-name")).isEqualTo("20");
  }

  @Test
  void emptiedByOpen() throws Exception {
    whileHeld("file", () -> live.run("echo new > file"));
    assertThat(live.run("cat file other-name")).isEqualTo("new\nnew");
    assertThat(live.run("stat -c %s file")).isEqualTo("4");
  }

  @Test
  void truncatedByName() throws Exception {
    whileHeld("file", () -> live.run("truncate -s 4 file; truncate -s 6 file"));
    assertThat(live.run("od -An -c file | tr -d ' \\n'")).isEqualTo("from\\0\\0");
    assertThat(live.run("stat -c %s other-name")).isEqualTo("6");
  }

  @Test
  void truncatedByDescriptor() throws Exception {
    whileHeld(
        "file",
        () -> {
          try (Descriptor file = live.open("file", OpenFlag.READ_WRITE)) {
            FileData.truncate(file, 4);
            assertThat(FileStatus.of(file).size()).isEqualTo(4);
          }
        });
    assertThat(live.run("cat other-name")).isEqualTo("from");
  }

  @Test
  void overwrittenInPlace() throws Exception {
    whileHeld("file", () -> live.run("printf FROM | dd of=file conv=notrunc status=none"));
    assertThat(live.run("cat file")).isEqualTo("FROM the image");
  }

  @Test
  void attributesAreOneSetForAllNames() throws Exception {
    try (Descriptor holder = live.open("file", OpenFlag.READ_ONLY)) {
      live.run("chmod 600 file; touch -d @1000000000 file");
      assertThat(FileStatus.of(holder).mode()).isEqualTo(0100600);
      assertThat(live.run("stat -c '%a %Y' other-name")).isEqualTo("600 1000000000");
      live.run("echo more >> file; chmod 640 file");
      assertThat(live.run("stat -c %a other-name")).isEqualTo("640");
      Condition.await("the holder sees it too", () -> mode(holder) == 0100640);
    }
  }

  @Test
  void renamedAndRemovedWhileHeld() throws Exception {
    try (Descriptor holder = live.open("single", OpenFlag.READ_ONLY)) {
      live.run("mv single moved; echo more >> moved");
      assertThat(live.run("cat moved")).isEqualTo("from the image\nmore");
      live.run("rm moved; echo again > moved");
      assertThat(live.run("cat moved")).isEqualTo("again");
      assertThat(text(holder)).startsWith("from the image");
    }
  }

  @Test
  void linkedWhileHeld() throws Exception {
    try (Descriptor holder = live.open("single", OpenFlag.READ_ONLY)) {
      live.run("ln single linked; echo more >> linked");
      assertThat(live.run("cat single linked"))
          .isEqualTo("from the image\nmore\nfrom the image\nmore");
      assertThat(FileStatus.of(holder).links()).isEqualTo(2);
    }
  }

  @Test
  void runningProgramsCannotBeWrittenTo() throws Exception {
    Files.copy(Path.of("/bin/sleep"), root.image().resolve("program"));
    Process process = live.start("exec ./program 30");
    try {
      Condition.await(
          "it runs",
          () -> process.info().command().filter(path -> path.endsWith("/program")).isPresent());
      assertThat(live.run("echo x 2>&1 >> program; true")).contains("Text file busy");
      live.run("cp program copy && mv copy program && ./program 0");
    } finally {
      process.destroyForcibly().waitFor();
    }
    live.run("echo x >> program");
  }

  @Test
  void eightProcessesOpenAtOnce() throws Exception {
    try (Descriptor holder = live.open("big", OpenFlag.READ_ONLY)) {
      List<Process> processes = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        processes.add(
            live.start(
                "i=0; while [ $i -lt 25 ]; do printf x | dd of=big bs=1 seek="
                    + i
                    + " conv=notrunc 2>/dev/null && cmp -n 1 -i 5000 big "
                    + root.image().resolve("big")
                    + " || exit 1; i=$((i+1)); done"));
      }
      for (Process process : processes) {
        assertThat(process.waitFor()).isZero();
      }
      assertThat(FileStatus.of(holder).size()).isEqualTo(MIB);
    }
    byte[] expected = pattern(MIB);
    java.util.Arrays.fill(expected, 0, 8, (byte) 'x');
    assertThat(Files.readAllBytes(live.path("big"))).isEqualTo(expected);
  }

  @Test
  void mappedWritesAreStored() throws Exception {
    try (Arena arena = Arena.ofShared();
        FileChannel channel =
            FileChannel.open(live.path("big"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      channel.map(FileChannel.MapMode.READ_WRITE, 0, MIB, arena).fill((byte) 5);
    }
    assertThat(Files.readAllBytes(live.path("big"))).containsOnly(5);
    assertThat(Files.getLastModifiedTime(live.path("big")))
        .isGreaterThan(Files.getLastModifiedTime(root.image().resolve("big")));
  }

  @Test
  void directReadsAreServed() throws Exception {
    live.run("cat big > /dev/null");
    try (Descriptor holder = live.open("big", OpenFlag.READ_ONLY)) {
      live.run("dd if=big of=/dev/null bs=4096 iflag=direct 2>/dev/null");
      assertThat(live.run("cmp big " + root.image().resolve("big") + " && echo same"))
          .isEqualTo("same");
    }
  }

  @Test
  void changedHostFileIsFoundByTheNextReader() throws Exception {
    Path changing = Files.writeString(root.image().resolve("changing"), "at first");
    // The kernel's clock for files ticks every few milliseconds: the change has to be seen in it.
    Files.setLastModifiedTime(changing, FileTime.from(Instant.EPOCH));
    assertThat(live.run("cat changing")).isEqualTo("at first");
    try (Descriptor holder = live.open("changing", OpenFlag.READ_ONLY)) {
      Files.writeString(changing, "IN PLACE");
      live.run("cat changing > /dev/null; dd if=changing of=/dev/null iflag=direct status=none");
      Condition.await("it is reported", () -> !root.findings().isEmpty());
      assertThat(holder.isOpen()).isTrue();
    }
    Files.delete(changing);
  }

  /** Changes a file. */
  @FunctionalInterface
  private interface Change {
    void run() throws Exception;
  }
}
