package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ctrenc.e2e.harness.Command;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Snapshots, forks and rotation of mounted roots, by the command line. */
@Tag("kernel")
@Timeout(300)
class SnapshotTest extends DaemonCase {

  private static final byte[] ZEROS = new byte[1 << 20];

  @Test
  void aSnapshotHoldsWhatWasAndIsOnlyRead() throws IOException {
    Path root = daemon.create("--empty", "r");
    Files.writeString(root.resolve("note"), "before");
    assertThat(daemon.cli("snapshot", "create", "r@one").ok()).isEqualTo("r@one\n");
    Files.writeString(root.resolve("note"), "after");
    Files.createDirectory(root.resolve("later"));
    Path one = daemon.mount("r@one");
    assertThat(one.resolve("note")).hasContent("before");
    assertThat(one.resolve("later")).doesNotExist();
    assertThat(Command.of("touch", one.resolve("x").toString()).run().err())
        .contains("Read-only file system");
    assertThat(root.resolve("note")).hasContent("after");
    assertThat(daemon.cli("snapshot", "ls").ok()).contains("r@one");
    assertThat(daemon.cli("snapshot", "rm", "r@one").run().exit()).isEqualTo(5);
    daemon.cli("umount", "r@one").ok();
    assertThat(daemon.cli("rm", "r").run().exit()).isEqualTo(5);
    assertThat(daemon.cli("snapshot", "rm", "r@one").ok()).isEqualTo("r@one\n");
    daemon.cli("rm", "r").ok();
    assertThat(daemon.state().resolve("segments")).isEmptyDirectory();
  }

  /** Open files, mappings of their names and files without a name go on over a freeze. */
  @Test
  void openFilesGoOn() throws IOException {
    Path root = daemon.create("--empty", "r");
    Path named = root.resolve("named");
    Path unnamed = root.resolve("unnamed");
    try (RandomAccessFile first = new RandomAccessFile(named.toFile(), "rw");
        RandomAccessFile second = new RandomAccessFile(unnamed.toFile(), "rw")) {
      first.write("first".getBytes());
      second.write("second".getBytes());
      Files.delete(unnamed);
      long inode = inode(named);
      daemon.cli("snapshot", "create", "r@one").ok();
      assertThat(inode(named)).isEqualTo(inode);
      first.seek(0);
      first.write("F".getBytes());
      second.seek(0);
      second.write("S".getBytes());
      first.getFD().sync();
      second.seek(0);
      assertThat(second.readLine()).isEqualTo("Second");
    }
    assertThat(named).hasContent("First");
    assertThat(daemon.mount("r@one").resolve("named")).hasContent("first");
    assertThat(daemon.mount("r@one").resolve("unnamed")).doesNotExist();
  }

  private static long inode(Path file) throws IOException {
    return (Long) Files.getAttribute(file, "unix:ino");
  }

  /**
   * A writer counts up in a file, each count fsynced before it is told of. The snapshot holds at
   * least what was told before, and a whole count.
   */
  @Test
  void whatFsyncAcknowledgedIsIn() throws Exception {
    Path root = daemon.create("--empty", "r");
    AtomicLong told = new AtomicLong();
    AtomicBoolean stop = new AtomicBoolean();
    long[] before = new long[5];
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<?> writer = threads.submit(() -> count(root.resolve("count"), told, stop));
      for (int i = 0; i < before.length; i++) {
        long seen = told.get() + 20;
        while (told.get() < seen && !writer.isDone()) {
          Thread.onSpinWait();
        }
        before[i] = told.get();
        daemon.cli("snapshot", "create", "r@" + i).ok();
      }
      stop.set(true);
      writer.get(60, TimeUnit.SECONDS);
    }
    for (int i = 0; i < before.length; i++) {
      String held = Files.readString(daemon.mount("r@" + i).resolve("count"));
      assertThat(held).matches("(\\d{12})\\1{99}");
      assertThat(Long.parseLong(held.substring(0, 12))).isGreaterThanOrEqualTo(before[i]);
    }
  }

  private static long count(Path file, AtomicLong told, AtomicBoolean stop) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long count = 0;
      while (!stop.get()) {
        count++;
        byte[] text = "%012d".formatted(count).repeat(100).getBytes();
        channel.write(java.nio.ByteBuffer.wrap(text), 0);
        channel.force(true);
        told.set(count);
      }
      return count;
    }
  }

  @Test
  void aForkSharesAndStays() throws IOException {
    Path root = daemon.create("--host", "--keep", "origin");
    Path note = root.resolve("root/ctr-enc-e2e-fork");
    Files.write(note, ZEROS);
    Path fork = Path.of(daemon.cli("fork", "--keep", "origin", "fork").ok().strip());
    Files.writeString(note, "origin");
    assertThat(fork.resolve("root/ctr-enc-e2e-fork")).hasBinaryContent(ZEROS);
    Files.writeString(fork.resolve("root/ctr-enc-e2e-fork"), "fork");
    assertThat(note).hasContent("origin");
    daemon.cli("lock", "origin").ok();
    JsonObject inspected = only(daemon.cli("inspect", "--json", "origin").ok());
    Command.Result removed = daemon.cli("rm", "--json", "origin").run();
    assertThat(removed.err()).contains("can still be read", "by fork");
    assertReported(inspected, only(removed.out()));
    daemon.cli("daemon", "stop").ok();
    daemon.startAgain();
    assertThat(daemon.mount("fork").resolve("root/ctr-enc-e2e-fork")).hasContent("fork");
    assertThat(daemon.mount("fork").resolve("etc/os-release"))
        .hasSameTextualContentAs(Path.of("/etc/os-release"));
  }

  private static JsonObject only(String json) {
    return JsonParser.parseString(json).getAsJsonArray().get(0).getAsJsonObject();
  }

  /** The keys that nobody else had are gone, and the others are named with their readers. */
  private static void assertReported(JsonObject inspected, JsonObject removed) {
    JsonArray alone = new JsonArray();
    JsonArray shared = new JsonArray();
    for (JsonElement layer : inspected.getAsJsonArray("layers")) {
      JsonArray readers = layer.getAsJsonObject().getAsJsonArray("readers");
      for (JsonElement reader : List.copyOf(readers.asList())) {
        if (reader.getAsJsonObject().get("container").getAsString().equals("origin")) {
          readers.remove(reader);
        }
      }
      if (readers.isEmpty()) {
        alone.add(layer.getAsJsonObject().get("layer"));
      } else {
        shared.add(layer);
      }
    }
    assertThat(alone).hasSize(1);
    assertThat(removed.getAsJsonArray("erasedLayers")).isEqualTo(alone);
    assertThat(shared).hasSize(1);
    assertThat(shared.toString()).contains("\"fork\"");
    assertThat(removed.getAsJsonArray("sharedLayers")).isEqualTo(shared);
    assertThat(removed.getAsJsonArray("erasedSubvolumes"))
        .containsExactly(inspected.get("subvolume"));
  }

  @Test
  void aForkOfASnapshotRunsAContainer() throws IOException {
    Path root = daemon.create("--host", "r");
    Files.writeString(root.resolve("root/ctr-enc-e2e-note"), "kept");
    daemon.cli("snapshot", "create", "r@one").ok();
    Files.delete(root.resolve("root/ctr-enc-e2e-note"));
    daemon.cli("fork", "r@one", "f").ok();
    assertThat(daemon.cli("run", "--existing", "f", "--", "cat", "/root/ctr-enc-e2e-note").ok())
        .isEqualTo("kept");
  }

  @Test
  void aRunningContainerIsForkedAndRotated() throws IOException {
    daemon
        .cli(
            "run",
            "-d",
            "--name",
            "w",
            "--host",
            "--",
            "sh",
            "-c",
            "i=0; while :; do i=$((i+1)); echo $i >> /root/ctr-enc-e2e-log; sleep 0.01; done")
        .ok();
    daemon.cli("exec", "w", "--", "sh", "-c", "echo x > /root/ctr-enc-e2e-x").ok();
    daemon.cli("rotate", "w").ok();
    Path fork = Path.of(daemon.cli("fork", "w", "f").ok().strip());
    assertThat(fork.resolve("root/ctr-enc-e2e-x")).hasContent("x\n");
    long lines = 0;
    for (String line : Files.readAllLines(fork.resolve("root/ctr-enc-e2e-log"))) {
      lines++;
      assertThat(line).isEqualTo(Long.toString(lines));
    }
    daemon.cli("rm", "-f", "w").ok();
  }
}
