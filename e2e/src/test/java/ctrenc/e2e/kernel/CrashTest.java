package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.LoopDisk;
import ctrenc.e2e.harness.Manifest;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What survives: everything closed or fsynced the death of the daemon, everything fsynced the loss
 * of power.
 */
@Tag("kernel")
class CrashTest {

  private static final String TREE =
      """
      cd "$1"; mkdir -p a/b/c
      for i in $(seq 1 300); do printf 'file %s' "$i" > "a/b/c/$i"; done
      head -c 5000000 /dev/urandom > a/large
      cp a/large a/b/larger; cat a/large >> a/b/larger; printf mid | dd of=a/b/larger bs=1 seek=777777 conv=notrunc status=none
      ln a/large a/hard; ln -s large a/soft; mv a/b/c a/moved; rm a/moved/7; truncate -s 12345 a/moved/8
      """;

  @Test
  void whatWasClosedSurvivesTheDeathOfTheDaemon() throws IOException {
    try (TestDaemon daemon = TestDaemon.start()) {
      Path root = daemon.create("kept", "--empty", "--keep");
      Command.of("sh", "-euc", TREE, "tree", root.toString()).ok();
      List<String> before = Manifest.of(root.resolve("a"));

      daemon.killWithKeeper();
      daemon.startAgain();

      Path again = daemon.mount("kept");
      assertThat(Manifest.of(again.resolve("a"))).isEqualTo(before);
    }
  }

  @Test
  void anyNumberOfCrashesWhileWritersRunTearsNothing() throws IOException {
    String writers =
        """
        cd "$1"; for w in 1 2 3 4; do (i=0; while :; do i=$((i + 1)); printf '%s %s' "$w" "$i" > "w$w.$i.new" && mv "w$w.$i.new" "w$w.$i" || exit 0; done) 2> /dev/null & done; wait
        """;
    try (TestDaemon daemon = TestDaemon.start()) {
      Path root = daemon.create("busy", "--empty", "--keep");
      for (int round = 0; round < 3; round++) {
        Process writing = Command.of("sh", "-c", writers, "writers", root.toString()).start();
        Path sign = root.resolve("w1.50");
        Condition.await(
            "the writers are at work", Duration.ofSeconds(60), () -> Files.exists(sign));
        daemon.killWithKeeper();
        daemon.startAgain();
        writing.descendants().forEach(ProcessHandle::destroyForcibly);
        writing.destroyForcibly();
        root = daemon.mount("busy");
        for (String name :
            Command.of("ls", root.toString())
                .ok()
                .lines()
                .filter(n -> !n.endsWith(".new"))
                .toList()) {
          String[] parts = name.substring(1).split("\\.");
          assertThat(root.resolve(name))
              .as("round %d", round)
              .hasContent(parts[0] + " " + parts[1]);
        }
        Command.sh("rm -f " + root + "/w*").ok();
      }
    }
  }

  @Test
  void whatWasSyncedSurvivesTheLossOfPower(@TempDir Path scratch) throws IOException {
    try (LoopDisk disk = LoopDisk.make(scratch, "3G");
        TestDaemon daemon =
            TestDaemon.startOn(Files.createDirectories(disk.point().resolve("state")))) {
      Path root = daemon.create("kept", "--empty", "--keep");
      Command.of("sh", "-euc", TREE, "tree", root.toString()).ok();
      Command.sh(
              "cd "
                  + root
                  + " && find a -type f -exec sync {} + && find a -type d -exec sync {} + && sync .")
          .ok();
      List<String> before = Manifest.of(root.resolve("a"));
      writeUnsynced(root);
      try (LoopDisk after = disk.losePower("after");
          TestDaemon next = TestDaemon.startOn(after.point().resolve("state"))) {
        Path again = next.mount("kept");
        assertThat(Manifest.of(again.resolve("a"))).isEqualTo(before);
      }
      daemon.cli("rm", "kept").ok();
    }
  }

  @Test
  void aNewNameIsDurableOnceItsDirectoryIsSynced(@TempDir Path scratch) throws IOException {
    try (LoopDisk disk = LoopDisk.make(scratch, "3G");
        TestDaemon daemon =
            TestDaemon.startOn(Files.createDirectories(disk.point().resolve("state")))) {
      Path root = daemon.create("kept", "--empty", "--keep");
      for (int i = 0; i < 20; i++) {
        Path file = root.resolve("f" + i);
        try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
          channel.write(ByteBuffer.wrap(("content " + i).getBytes(StandardCharsets.UTF_8)));
          channel.force(true);
        }
        Files.createDirectory(root.resolve("d" + i));
      }
      Command.of("sync", root.toString()).ok();
      try (LoopDisk after = disk.losePower("after");
          TestDaemon next = TestDaemon.startOn(after.point().resolve("state"))) {
        Path again = next.mount("kept");
        for (int i = 0; i < 20; i++) {
          assertThat(again.resolve("f" + i)).hasContent("content " + i);
          assertThat(again.resolve("d" + i)).isDirectory();
        }
      }
    }
  }

  private static void writeUnsynced(Path root) {
    Command.sh(
            "head -c 30000000 /dev/urandom > " + root + "/unsynced; mkdir " + root + "/unsynced.d")
        .ok();
  }
}
