package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.KeyHunt;
import ctrenc.e2e.harness.ProcessMemory;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
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

  /** Writes and reads a canary in every way in which a root can hold something. */
  private static final String WORK =
      """
      cd "$1"
      printf %s "$2" > small; mkdir "$2"; ln -s "$2" link; setfattr -n user.note -v "$2" small
      for i in $(seq 1 40000); do printf '%s\\n' "$2"; done > large
      printf %s "$2" > "$2/$2"; printf %s "$2" >> large; mv "$2/$2" "$2/moved-$2"
      sync . small large; echo 3 > /proc/sys/vm/drop_caches
      cat small large "$2/moved-$2" > /dev/null; ls -lR . > /dev/null; readlink link
      getfattr -d small > /dev/null; cp large copy; cp --reflink=never small copied; truncate -s 70000 large; sync large; printf %s "$2" > unsynced
      """;

  private static String canary() {
    return "canary-" + UUID.randomUUID();
  }

  private static Map<String, byte[]> with(Map<String, byte[]> keys, String canary) {
    Map<String, byte[]> things = new TreeMap<>(keys);
    // What it begins with is in the work's text too.
    things.put("canary", canary.substring("canary-".length()).getBytes(StandardCharsets.US_ASCII));
    return things;
  }

  @ParameterizedTest
  @ValueSource(strings = {"throwaway", "kept"})
  void nothingOfADestroyedRootIsInMemory(String kind) throws IOException {
    try (TestDaemon daemon = TestDaemon.start()) {
      String canary = canary();
      Path root =
          kind.equals("kept")
              ? daemon.create("doomed", "--empty", "--keep")
              : daemon.create("doomed", "--empty");
      Command.of("sh", "-euc", WORK, "work", root.toString(), canary).ok();
      Map<String, byte[]> things = with(KeyHunt.keys(daemon, "doomed"), canary);
      assertThat(things).containsKeys("KEK", "layer key", "name key", "canary");
      ProcessMemory memory = new ProcessMemory(daemon.pid());
      assertThat(ProcessMemory.names(memory.find(things)))
          .as("the search finds what is there")
          .contains("KEK", "layer key", "name key", "canary");

      daemon.cli("rm", "--force", "doomed").ok();
      assertThat(memory.find(things)).isEmpty();
    }
  }

  @Test
  void nothingOfAContainerThatWasRunIsInMemory() throws IOException {
    try (TestDaemon daemon = TestDaemon.start()) {
      String canary = canary();
      String work = "cat > /root/canary; sync /root/canary; cat /root/canary";
      daemon
          .cli("run", "-i", "--name", "brief", "--host", "--", "sh", "-euc", work)
          .stdin(canary)
          .ok();
      Map<String, byte[]> things = with(KeyHunt.keys(daemon, "brief"), canary);
      assertThat(things).containsKeys("KEK");

      daemon.cli("rm", "brief").ok();
      assertThat(new ProcessMemory(daemon.pid()).find(things)).isEmpty();
    }
  }
}
