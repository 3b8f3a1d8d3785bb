package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.Manifest;
import ctrenc.e2e.harness.TestDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon is killed under those who use a root: they wait, and notice nothing else. */
@Tag("kernel")
class KeeperTest {

  private static final int KILLS = 3;
  private static final Duration LONG = Duration.ofMinutes(5);

  /** Writes at random into a few files, in its own picture of them too, and compares at the end. */
  private static final String WRITER =
      """
      import os, random, sys
      root, seed, stop = sys.argv[1], int(sys.argv[2]), sys.argv[3]
      r = random.Random(seed); size = 3 << 20
      files = [os.open(f'{root}/w{i}', os.O_RDWR | os.O_CREAT, 0o644) for i in range(4)]
      models = [bytearray(size) for _ in files]
      for fd in files: os.ftruncate(fd, size)
      rounds = 0
      while not os.path.exists(stop):
          rounds += 1
          i = r.randrange(4); at = r.randrange(size); data = r.randbytes(min(size - at, r.choice([1, 100, 4096, 70000, 1 << 20])))
          assert os.pwrite(files[i], data, at) == len(data)
          models[i][at:at + len(data)] = data
          if r.randrange(10) == 0: os.posix_fadvise(files[i], 0, 0, os.POSIX_FADV_DONTNEED)
          if r.randrange(20) == 0: os.fsync(files[i])
          if r.randrange(10) == 0:
              at = r.randrange(size - 5000)
              assert os.pread(files[i], 5000, at) == models[i][at:at + 5000], (seed, rounds)
      for fd, model in zip(files, models):
          os.fsync(fd); os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
          assert os.pread(fd, size, 0) == bytes(model), (seed, rounds)
      print('same', flush=True)
      """;

  private static final String NAMES =
      """
      cd "$1"; i=0
      while [ ! -e "$3" ]; do
        i=$((i + 1)); n=$2.$i
        printf %s $n > $n.new; mkdir $n.d; mv -T $n.new $n.d/f; ln $n.d/f $n.l; mv -T $n.d $n.e; ln -s f $n.e/s; rm $n.l; [ "$(cat $n.e/s)" = $n ]
        printf again > $n.x; mv --exchange -T $n.x $n.e/f 2>/dev/null || { rm $n.x; printf again > $n.e/f; }; [ "$(cat $n.e/f)" = again ]
      done
      echo $i
      """;

  private static final String TREE =
      """
      cd "$1"; for d in $(seq 40); do mkdir -p d$d/e; for f in $(seq 40); do
        head -c $((f * f * 50)) /dev/urandom > d$d/e/f$f; done; ln d$d/e/f1 d$d/l; done
      chmod 640 d1/e/*; tar --format=posix -C "$1" -cf "$2" .
      """;

  private static void killSeveralTimes(TestDaemon daemon) {
    daemon.awaitKept(1);
    for (int i = 0; i < KILLS; i++) {
      daemon.killAndAwaitNext();
    }
  }

  private static String result(Process process) throws Exception {
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("it ends").isTrue();
    String text = new String(process.getInputStream().readAllBytes());
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }

  private static void awaitFile(Path file) {
    Condition.await(file + " is there", LONG, () -> Files.exists(file));
  }

  @Test
  void writersWaitAndLoseNothing(@TempDir Path scratch) throws Exception {
    writersWaitAndLoseNothing(scratch, "writeback");
  }

  @Test
  void writersWaitAndLoseNothingWhereTheKernelGathersNothing(@TempDir Path scratch)
      throws Exception {
    writersWaitAndLoseNothing(scratch, "image");
  }

  private static void writersWaitAndLoseNothing(Path scratch, String cache) throws Exception {
    Path stop = scratch.resolve("stop");
    Path script = Files.writeString(scratch.resolve("writer.py"), WRITER);
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    try (TestDaemon daemon = TestDaemon.startKept()) {
      Path root = daemon.create("kept", "--empty", "--keep", "--cache", cache);
      Process writer =
          Command.of("python3", script.toString(), root.toString(), "" + seed, stop.toString())
              .startPiped();
      awaitFile(root.resolve("w3"));
      killSeveralTimes(daemon);
      Files.createFile(stop);
      assertThat(result(writer)).contains("same");
      List<String> before = Manifest.of(root);
      daemon.cli("umount", "kept").ok();
      assertThat(Manifest.of(daemon.mount("kept"))).isEqualTo(before);
    }
  }

  @Test
  void namesAreMadeMovedAndRemovedOnce(@TempDir Path scratch) throws Exception {
    Path stop = scratch.resolve("stop");
    try (TestDaemon daemon = TestDaemon.startKept()) {
      Path root = daemon.create("kept", "--empty", "--keep");
      List<Process> workers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        workers.add(
            Command.of("sh", "-euc", NAMES, "names", root.toString(), "w" + i, stop.toString())
                .startPiped());
      }
      awaitFile(root.resolve("w3.5.e"));
      killSeveralTimes(daemon);
      Files.createFile(stop);
      long made = 0;
      for (Process worker : workers) {
        made += Long.parseLong(result(worker).strip());
      }
      List<String> names = Command.of("ls", root.toString()).ok().lines().toList();
      assertThat(names).filteredOn(name -> name.endsWith(".e")).hasSize((int) made);
      assertThat(names).allMatch(name -> name.endsWith(".e") || name.endsWith(".x"));
    }
  }

  /** Shows nothing but the lines that differ. */
  private static void requireSame(List<String> expected, List<String> found) {
    Set<String> known = Set.copyOf(expected);
    assertThat(found).filteredOn(line -> !known.contains(line)).isEmpty();
    assertThat(found).hasSameSizeAs(expected);
  }

  @Test
  void archivesAreUnpackedWhole(@TempDir Path scratch) throws Exception {
    Path tree = Files.createDirectory(scratch.resolve("tree"));
    Path archive = scratch.resolve("a.tar");
    Command.of("sh", "-euc", TREE, "tree", tree.toString(), archive.toString()).ok();
    try (TestDaemon daemon = TestDaemon.startKept()) {
      Path root = daemon.create("kept", "--empty", "--keep");
      String unpack =
          "cd %s; for i in 1 2 3; do mkdir t$i; tar -C t$i -xpf %s; done".formatted(root, archive);
      Process tar = Command.sh(unpack).startPiped();
      awaitFile(root.resolve("t1/d3"));
      killSeveralTimes(daemon);
      result(tar);
      List<String> expected = Manifest.of(tree);
      for (int i = 1; i <= 3; i++) {
        requireSame(expected, Manifest.of(root.resolve("t" + i)));
      }
    }
  }

  @Test
  void filesWithoutANameLiveOn() throws Exception {
    String hold =
        """
        echo held > f; exec 3<> f; rm f; touch ready; while [ ! -e go ]; do sleep 0.1; done
        cat <&3; echo more >&3; rm go; cat /proc/self/fd/3
        """;
    try (TestDaemon daemon = TestDaemon.startKept()) {
      Path root = daemon.create("kept", "--empty", "--keep");
      Process holder = Command.sh("cd " + root + "\n" + hold).startPiped();
      awaitFile(root.resolve("ready"));
      killSeveralTimes(daemon);
      Files.createFile(root.resolve("go"));
      assertThat(result(holder)).isEqualTo("held\nheld\nmore\n");
    }
  }

  @Test
  void throwawayRootLivesOnAndThenGoes() throws Exception {
    try (TestDaemon daemon = TestDaemon.startKept()) {
      Path root = daemon.create("thrown", "--empty");
      Command.sh("echo one > " + root + "/f").ok();
      killSeveralTimes(daemon);
      Command.sh("echo two >> " + root + "/f").ok();
      assertThat(root.resolve("f")).hasContent("one\ntwo\n");
      daemon.cli("rm", "thrown").ok();
      assertThat(root).doesNotExist();
    }
  }

  /** Who reads an image's file by the kernel alone, and who writes to it, before and after. */
  @Test
  void imageFilesAreReadAndWrittenOn(@TempDir Path scratch) throws Exception {
    Path lower = Files.createDirectory(scratch.resolve("lower"));
    for (String name : List.of("read", "switched", "later")) {
      Files.writeString(lower.resolve(name), "image");
    }
    try (TestDaemon daemon = TestDaemon.startKept()) {
      Path root = daemon.create("img", "--lower", lower.toString(), "--cache", "image");
      String hold =
          """
          cd "$1"; exec 3< read 4< switched; printf upper > switched; exec 5< switched; touch ready
          while [ ! -e go ]; do sleep 0.1; done
          cat <&3; cat <&4; cat <&5; cat read switched; printf more >> switched; cat switched; exec 6< later
          printf LATER > later; cat later; cat <&6; printf new > read; cat read
          """;
      Process holder = Command.of("sh", "-euc", hold, "hold", root.toString()).startPiped();
      awaitFile(root.resolve("ready"));
      killSeveralTimes(daemon);
      Files.createFile(root.resolve("go"));
      assertThat(result(holder))
          .isEqualTo("imageimageupper" + "imageupper" + "uppermore" + "LATERimage" + "new");
      assertThat(lower.resolve("switched")).hasContent("image");
    }
  }
}
