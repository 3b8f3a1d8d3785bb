package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.TestDaemon;
import ctrenc.overlay.extent.LostExtents;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.RocksMetaStore;
import ctrenc.overlay.meta.RocksTuning;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DiskStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
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
    Path root = daemon.create("--keep", "r", "--lower", image.toString());
    Command.sh("cd " + root + "; rm touched/f; echo old > touched/new; echo old >> whole/f").ok();
    daemon.cli("rotate", "r").ok();
    Command.sh("cd " + root + "; echo own > whole/own; chmod 600 whole/f").ok();
    daemon.stop();
    loseKeyBelowTheUpper();
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

  private static void refused(String script) {
    assertThat(Command.sh(script).run().err()).contains("Required key not available");
  }

  /** Turns a bit of the second wrapped key in the stack of the only subvolume there is. */
  private void loseKeyBelowTheUpper() throws IOException {
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
        value[keys(value).get(1) + 100] ^= 1;
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
