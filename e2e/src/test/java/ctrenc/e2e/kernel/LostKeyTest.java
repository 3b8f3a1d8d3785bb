package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.TestDaemon;
import ctrenc.overlay.extent.LostExtents;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.RocksMetaStore;
import ctrenc.overlay.meta.RocksTuning;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DiskStorage;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A kept root one of whose layers' keys is lost: what other layers hold goes on working. */
@Tag("kernel")
class LostKeyTest {

  /** What a wrapped key begins with. */
  private static final int WRAPPED_KEY = 0x4345574B;

  private static final byte SUBVOLUME = 4;

  private TestDaemon daemon;
  private Path image;

  @BeforeEach
  void start() throws IOException {
    daemon = TestDaemon.start();
    image = Files.createTempDirectory("ctr-enc-e2e-image");
    for (String name : List.of("touched", "whole")) {
      Files.createDirectory(image.resolve(name));
      Files.write(image.resolve(name).resolve("f"), new byte[100_000]);
    }
  }

  @AfterEach
  void stop() throws IOException {
    daemon.close();
    Command.of("rm", "-rf", image.toString()).ok();
  }

  @Test
  void theRestOfTheTreeWorks() throws IOException {
    rootOfTwoLayers();
    daemon.stop();
    loseKey(1);
    daemon.startAgain();
    Path again = daemon.mount("r");
    assertThat(Command.of("ls", again.toString()).run().out()).isEqualTo("touched\nwhole\n");
    assertThat(Command.of("ls", again.resolve("whole").toString()).ok()).isEqualTo("f\nown\n");
    assertThat(again.resolve("whole/own")).hasContent("own\n");
    Files.writeString(again.resolve("whole/more"), "more");
    assertThat(Files.size(again.resolve("whole/f"))).isEqualTo(100_004);
    refused("cat " + again.resolve("whole/f"));
    refused("ls " + again.resolve("touched"));
    refused("cat " + again.resolve("touched/f"));
    refused("echo x > " + again.resolve("touched/made"));
    assertThat(Files.readString(daemon.state().resolve("audit.log"))).contains("layer key");
    assertThat(daemon.cli("check").run().exit()).isEqualTo(8);
    daemon.cli("rm", "--force", "r").ok();
    assertThat(daemon.cli("check").run().exit()).isZero();
  }

  private Path rootOfTwoLayers() {
    Path root = daemon.create("--keep", "r", "--lower", image.toString());
    Command.sh("cd " + root + "; rm touched/f; echo old > touched/new; echo old >> whole/f").ok();
    daemon.cli("rotate", "r").ok();
    Command.sh("cd " + root + "; echo own > whole/own; chmod 600 whole/f").ok();
    return root;
  }

  /** Appends to a file that it holds open, as it is told to, and says what became of that. */
  private static final String WRITER =
      """
      $| = 1; open(my $file, ">>", "whole/own"); syswrite($file, "unsynced\n");
      open(my $half, "+<", "whole/f"); sysseek($half, 10, 0); syswrite($half, "half"); print "ready\n";
      while (<STDIN>) { print syswrite($file, "more\n") ? "fine\n" : "$!\n" }
      """;

  @Test
  void aKilledDaemonsSuccessorGoesOnWithoutTheKeyBelow() throws Exception {
    startKept();
    Path root = rootOfTwoLayers();
    try (Writer writer = new Writer(root)) {
      loseWhileNobodyServes(1);
      assertThat(writer.append()).isEqualTo("fine");
      assertThat(root.resolve("whole/own")).hasContent("own\nunsynced\nmore\n");
      refused("cat " + root.resolve("whole/f"));
      refused("cat " + root.resolve("touched/f"));
      Files.writeString(root.resolve("whole/again"), "again");
      daemon.killAndAwaitNext();
      assertThat(writer.append()).isEqualTo("fine");
      assertThat(root.resolve("whole/own")).hasContent("own\nunsynced\nmore\nmore\n");
      assertThat(root.resolve("whole/again")).hasContent("again");
    }
  }

  @Test
  void aKilledDaemonsSuccessorGoesOnWithoutTheUppersKey() throws Exception {
    startKept();
    Path root = rootOfTwoLayers();
    try (Writer writer = new Writer(root)) {
      loseWhileNobodyServes(0);
      assertThat(writer.append()).isEqualTo("Required key not available");
      refused("cat " + root.resolve("whole/own"));
      assertThat(root.resolve("touched/new")).hasContent("old\n");
      Files.writeString(root.resolve("touched/again"), "again");
      daemon.killAndAwaitNext();
      assertThat(root.resolve("touched/again")).hasContent("again");
      refused("cat " + root.resolve("whole/own"));
    }
    daemon.cli("umount", "r").ok();
    assertThat(daemon.mount("r").resolve("touched/again")).hasContent("again");
    assertThat(Files.readString(daemon.state().resolve("audit.log"))).contains("layer key");
  }

  private void startKept() throws IOException {
    daemon.close();
    daemon = TestDaemon.startKept();
  }

  /** While the keeper cannot start the next daemon, the killed one's store is changed. */
  private void loseWhileNobodyServes(int layer) throws Exception {
    daemon.awaitKept(1);
    long before = daemon.pid();
    String keeper = Long.toString(daemon.keepers().getFirst().pid());
    Command.of("kill", "-STOP", keeper).ok();
    try {
      daemon.kill();
      loseKey(layer);
    } finally {
      Command.of("kill", "-CONT", keeper).ok();
    }
    Condition.await(
        "another daemon serves",
        Duration.ofMinutes(2),
        () -> daemon.runningPid().filter(pid -> pid != before).isPresent());
  }

  /** A process that has a file of the root open all the time. */
  private static final class Writer implements AutoCloseable {
    private final Process process;
    private final BufferedReader said;
    private final BufferedWriter go;

    Writer(Path root) throws IOException {
      process = new ProcessBuilder("perl", "-e", WRITER).directory(root.toFile()).start();
      said = process.inputReader();
      go = process.outputWriter();
      assertThat(said.readLine()).isEqualTo("ready");
    }

    String append() throws IOException {
      go.append('\n').flush();
      return said.readLine();
    }

    @Override
    public void close() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }
  }

  private static void refused(String script) {
    assertThat(Command.sh(script).run().err()).contains("Required key not available");
  }

  /** Turns a bit of a wrapped key in the stack of the only subvolume there is; the upper is 0. */
  private void loseKey(int layer) throws IOException {
    DiskStorage storage = DiskStorage.open(daemon.state());
    try (storage;
        RocksMetaStore meta =
            RocksMetaStore.open(
                daemon.state().resolve("meta"),
                RocksTuning.standard(),
                new LostExtents(storage, "segments"));
        MetaBatch batch = meta.batch()) {
      byte[] to = {SUBVOLUME + 1};
      try (MetaCursor cursor = meta.scan(Table.CATALOG, new byte[] {SUBVOLUME}, to)) {
        assertThat(cursor.next()).isTrue();
        byte[] value = cursor.value().clone();
        value[keys(value).get(layer) + 100] ^= 1;
        batch.put(Table.CATALOG, cursor.key(), value);
      }
      meta.commit(batch);
      meta.sync();
    }
  }

  private static List<Integer> keys(byte[] value) {
    List<Integer> found = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.wrap(value);
    for (int at = 0; at + Integer.BYTES <= value.length; at++) {
      if (bytes.getInt(at) == WRAPPED_KEY) {
        found.add(at);
      }
    }
    return found;
  }
}
