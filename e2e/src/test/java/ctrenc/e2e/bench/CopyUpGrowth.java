package ctrenc.e2e.bench;

import ctrenc.proto.v1.Base;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** The first change of something large in an image. */
final class CopyUpGrowth {

  private static final int TIMES = 20;
  private static final int FILES = 100_000;

  /** Directories of so many. */
  private static final int LARGE = 5;

  private static final long SIZE = 10L << 30;

  private final MeasuredDaemon daemon;
  private final Path lower;

  /**
   * @param lower an empty directory that becomes the image
   */
  CopyUpGrowth(MeasuredDaemon daemon, Path lower) {
    this.daemon = daemon;
    this.lower = lower;
  }

  List<String> measure() throws Exception {
    make();
    Path root =
        daemon.create("image", Base.newBuilder().setHostDirectory(lower.toString()).build());
    // The first rename of a daemon's life would tell of the VM.
    Durations.of(TIMES, i -> rename(root.resolve("few" + i)));
    List<String> lines = new ArrayList<>();
    lines.add("| the first change of what is in an image, ms | median | 99 of 100 |");
    lines.add("|---|--:|--:|");
    lines.add(
        "| write 4 KiB into a file of 10 GiB | "
            + Durations.of(TIMES, i -> write(root.resolve("written" + i))).millis()
            + " |");
    lines.add(
        "| `chmod` of a file of 10 GiB | "
            + Durations.of(TIMES, i -> changeMode(root.resolve("changed" + i))).millis()
            + " |");
    lines.add(
        "| rename a directory of %,d files | ".formatted(FILES)
            + Durations.of(LARGE, i -> rename(root.resolve("many" + i))).millis()
            + " |");
    return lines;
  }

  private void make() throws IOException {
    for (int i = 0; i < TIMES; i++) {
      for (String name : List.of("written", "changed")) {
        try (RandomAccessFile file = new RandomAccessFile(lower.resolve(name + i).toFile(), "rw")) {
          file.setLength(SIZE);
        }
      }
    }
    for (int i = 0; i < TIMES; i++) {
      Files.createDirectory(lower.resolve("few" + i));
    }
    for (int i = 0; i < LARGE; i++) {
      Path many = Files.createDirectory(lower.resolve("many" + i));
      for (int file = 0; file < FILES; file++) {
        Files.createFile(many.resolve("file-" + file));
      }
    }
  }

  private static void rename(Path directory) throws IOException {
    Files.move(directory, directory.resolveSibling(directory.getFileName() + "-renamed"));
  }

  private static void write(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(4096), 0);
    }
  }

  private static void changeMode(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
