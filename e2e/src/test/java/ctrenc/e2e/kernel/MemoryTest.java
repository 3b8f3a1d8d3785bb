package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Canary;
import ctrenc.e2e.harness.KeyHunt;
import ctrenc.e2e.harness.ProcessMemory;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the living daemon's memory holds of a root that is gone: nothing. A root that is still there
 * shows that the search finds what is there.
 */
@Tag("kernel")
class MemoryTest {

  /** The heap may have been erased just before, and is then some seconds later. */
  private static final Duration LIMIT = Duration.ofMinutes(1);

  @ParameterizedTest
  @ValueSource(strings = {"throwaway", "kept"})
  void nothingOfADestroyedRootIsInMemory(String kind) throws IOException {
    try (TestDaemon daemon = TestDaemon.start()) {
      Canary canary = Canary.fresh();
      Path root =
          kind.equals("kept")
              ? daemon.create("doomed", "--empty", "--keep")
              : daemon.create("doomed", "--empty");
      canary.fill(root);
      Map<String, byte[]> things = canary.with(KeyHunt.keys(daemon, "doomed"));
      assertThat(things).containsKeys("KEK", "layer key", "name key", "canary");
      ProcessMemory memory = new ProcessMemory(daemon.pid());
      assertThat(ProcessMemory.names(memory.find(things)))
          .as("the search finds what is there")
          .contains("KEK", "layer key", "name key", "canary");

      daemon.cli("rm", "--force", "doomed").ok();
      memory.awaitNone(things, LIMIT);
    }
  }

  @Test
  void nothingOfAContainerThatWasRunIsInMemory() throws IOException {
    try (TestDaemon daemon = TestDaemon.start()) {
      Canary canary = Canary.fresh();
      String work = "cat > /root/canary; sync /root/canary; cat /root/canary";
      daemon
          .cli("run", "-i", "--name", "brief", "--host", "--", "sh", "-euc", work)
          .stdin(canary.text())
          .ok();
      Map<String, byte[]> things = canary.with(KeyHunt.keys(daemon, "brief"));
      assertThat(things).containsKeys("KEK");

      daemon.cli("rm", "brief").ok();
      new ProcessMemory(daemon.pid()).awaitNone(things, LIMIT);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"throwaway", "kept"})
  void nothingOfADestroyedNestedOneIsInMemory(String kind) throws IOException {
    try (TestDaemon daemon = TestDaemon.start()) {
      Path root =
          kind.equals("kept")
              ? daemon.create("r", "--empty", "--keep")
              : daemon.create("r", "--empty");
      Path place = Files.createDirectory(root.resolve(".ctr-enc/subvolumes/doomed"));
      Path doomed = root.resolve("doomed");
      Canary canary = Canary.fresh();
      canary.fill(doomed);
      UUID id = UUID.fromString(DaemonCase.idOf(doomed));
      Map<String, byte[]> things = canary.with(KeyHunt.keys(daemon, id));
      assertThat(things).containsKeys("KEK", "layer key", "name key", "canary");
      ProcessMemory memory = new ProcessMemory(daemon.pid());
      assertThat(ProcessMemory.names(memory.find(things)))
          .contains("KEK", "layer key", "name key", "canary");

      Files.delete(place);
      memory.awaitNone(things, LIMIT);
      assertThat(root).as("what it was nested in goes on").isEmptyDirectory();
    }
  }
}
