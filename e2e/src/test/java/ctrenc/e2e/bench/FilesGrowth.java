package ctrenc.e2e.bench;

import ctrenc.proto.v1.Base;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What an operation costs where there is much, beside what it costs where there is little. */
final class FilesGrowth {

  private static final int MANY = 1_000_000;
  private static final int FEW = 1000;
  private static final int IN_DIRECTORY = 1000;
  private static final int LARGE_DIRECTORY = 200_000;
  private static final int LAYERS = 64;
  private static final int TIMES = 4000;
  private static final int MOVES = 20;
  private static final int WARMING = 200;
  private static final int PAGE = 4096;
  private static final long SMALL_FILE = 1L << 20;
  private static final long SPARSE_FILE = 100L << 30;
  private static final Base EMPTY = Base.newBuilder().setEmpty(true).build();
  private static final String INODE = "unix:ino";
  private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");

  private final MeasuredDaemon daemon;
  private final SplittableRandom random = new SplittableRandom(7);
  private final List<String> lines = new ArrayList<>();

  FilesGrowth(MeasuredDaemon daemon) {
    this.daemon = daemon;
  }

  List<String> measure() throws Exception {
    lines.add("| µs, median | small | large | ratio |");
    lines.add("|---|--:|--:|--:|");
    Path few = daemon.create("few", EMPTY);
    Path many = daemon.create("many", EMPTY);
    fill(few, 0, FEW);
    fill(many, 0, MANY);
    files("a root of %,d files, and of %,d".formatted(FEW, MANY), few, FEW, many, MANY);
    directory(few);
    listings(few, many);
    sparse(few);
    layers();
    lines.add("");
    lines.add("| of a root with %,d files, ms | median | 99 of 100 |".formatted(MANY));
    lines.add("|---|--:|--:|");
    moves(many);
    lines.add("");
    lines.add("The daemon with all of them: " + daemon.holdings() + ".");
    return lines;
  }

  private static Path file(Path root, int number) {
    return root.resolve("d" + number / IN_DIRECTORY).resolve("file-" + number % IN_DIRECTORY);
  }

  private static void fill(Path root, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      if (i % IN_DIRECTORY == 0) {
        Files.createDirectory(root.resolve("d" + i / IN_DIRECTORY));
      }
      Files.createFile(file(root, i));
    }
  }

  private void files(String what, Path few, int fewFiles, Path many, int manyFiles)
      throws Exception {
    row(
        "create and remove a file: " + what,
        Compared.of(
            TIMES,
            i -> createAndRemove(few, random.nextInt(fewFiles)),
            i -> createAndRemove(many, random.nextInt(manyFiles))));
    Files.writeString(DROP_CACHES, "2");
    row(
        "look up, nothing cached: " + what,
        Compared.measured(
            FEW,
            i -> lookedUp(file(few, i % fewFiles)),
            i -> lookedUp(file(many, random.nextInt(manyFiles)))));
  }

  private static void createAndRemove(Path root, int number) throws IOException {
    Path made = file(root, number).resolveSibling("made");
    Files.createFile(made);
    Files.delete(made);
  }

  /** The kernel finds the directory again before the clock runs. */
  private static long lookedUp(Path file) throws IOException {
    Files.readAttributes(file.getParent(), INODE);
    long began = System.nanoTime();
    Files.readAttributes(file, INODE);
    return System.nanoTime() - began;
  }

  private void directory(Path root) throws Exception {
    Path small = Files.createDirectory(root.resolve("small"));
    Path large = Files.createDirectory(root.resolve("large"));
    for (int i = 0; i < LARGE_DIRECTORY; i++) {
      Files.createFile(large.resolve("entry-" + i));
      if (i < FEW) {
        Files.createFile(small.resolve("entry-" + i));
      }
    }
    String what = "a directory of %,d entries, and of %,d".formatted(FEW, LARGE_DIRECTORY);
    row(
        "create and remove: " + what,
        Compared.of(TIMES, i -> addAndDelete(small), i -> addAndDelete(large)));
  }

  /** What was listed before is quicker the next time, so each directory is listed once. */
  private void listings(Path few, Path many) throws Exception {
    int directories = LARGE_DIRECTORY / IN_DIRECTORY;
    long[] small = new long[directories];
    for (int i = 0; i < directories; i++) {
      small[i] = listed(many.resolve("d" + i), IN_DIRECTORY);
    }
    long[] large = {listed(few.resolve("large"), LARGE_DIRECTORY)};
    row(
        "list, for each entry: %,d directories of %,d entries, and one of %,d"
            .formatted(directories, IN_DIRECTORY, LARGE_DIRECTORY),
        new Compared(Durations.sorted(small), Durations.sorted(large)));
  }

  private static void addAndDelete(Path directory) throws IOException {
    Files.createFile(directory.resolve("added"));
    Files.delete(directory.resolve("added"));
  }

  /** The kernel forgets what it knew of it; nanoseconds for an entry. */
  private static long listed(Path directory, int entries) throws IOException {
    Files.writeString(DROP_CACHES, "2");
    long began = System.nanoTime();
    int count = 0;
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path _ : stream) {
        count++;
      }
    }
    long nanos = (System.nanoTime() - began) / entries;
    if (count != entries) {
      throw new IOException("%s lists %d entries".formatted(directory, count));
    }
    return nanos;
  }

  private void sparse(Path root) throws Exception {
    String what = "a sparse file of 1 MiB, and of 100 GiB";
    try (FileChannel small = sized(root.resolve("small-file"), SMALL_FILE);
        FileChannel large = sized(root.resolve("large-file"), SPARSE_FILE)) {
      row(
          "write 4 KiB somewhere: " + what,
          Compared.of(
              TIMES,
              i -> writeSomewhere(small, SMALL_FILE),
              i -> writeSomewhere(large, SPARSE_FILE)));
      row(
          "`fsync` after 4 KiB: " + what,
          Compared.of(
              FEW, i -> syncSomewhere(small, SMALL_FILE), i -> syncSomewhere(large, SPARSE_FILE)));
    }
  }

  private static FileChannel sized(Path file, long size) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    channel.write(ByteBuffer.wrap(new byte[1]), size - 1);
    return channel;
  }

  private void writeSomewhere(FileChannel file, long size) throws IOException {
    file.write(ByteBuffer.allocate(PAGE), random.nextLong(size / PAGE) * PAGE);
  }

  private void syncSomewhere(FileChannel file, long size) throws IOException {
    writeSomewhere(file, size);
    file.force(false);
  }

  private void layers() throws Exception {
    Path one = daemon.create("one", EMPTY);
    Path deep = daemon.create("deep", EMPTY);
    fill(one, 0, FEW);
    fill(deep, 0, FEW);
    for (int i = 0; i < LAYERS; i++) {
      daemon.snapshot("deep", "s" + i);
      Files.createFile(deep.resolve("d0").resolve("layer-" + i));
    }
    files("a stack of 1 layer, and of %d".formatted(LAYERS + 1), one, FEW, deep, FEW);
  }

  private void moves(Path many) throws Exception {
    Path nested = many.resolve("d0/.ctr-enc/subvolumes");
    lines.add(
        "| nested subvolume | "
            + Durations.of(MOVES, i -> Files.createDirectory(nested.resolve("n" + i))).millis()
            + " |");
    // What a daemon does for the first time takes three times as long.
    Durations.of(WARMING, i -> daemon.fork("few", "warm" + i));
    lines.add("| fork, mounted | " + forks(0).millis() + " |");
    lines.add(
        "| snapshot | "
            + Durations.of(LAYERS, i -> daemon.snapshot("many", "s" + i)).millis()
            + " |");
    lines.add(
        "| fork of its %d layers, mounted | ".formatted(LAYERS + MOVES)
            + forks(MOVES).millis()
            + " |");
  }

  /** Each leaves one layer more. */
  private Durations forks(int first) throws Exception {
    return Durations.of(MOVES, i -> daemon.fork("many", "fork" + (first + i)));
  }

  private void row(String what, Compared compared) {
    lines.add("| %s | %s |".formatted(what, compared.cells()));
    System.out.println(lines.getLast());
  }
}
