package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Canary;
import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.FileHunt;
import ctrenc.e2e.harness.KeyHunt;
import ctrenc.e2e.harness.LoopDisk;
import ctrenc.e2e.harness.ProcessMemory;
import ctrenc.e2e.harness.TestDaemon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is left of destroyed roots, and of what opened them, on the whole of a disk, free blocks and
 * journal included, and in the memory of the daemon and its keeper: nothing. The same search finds
 * each of those things before.
 */
@Tag("kernel")
class DestroyTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int PIECE = 32;
  private static final List<String> KEYS = List.of("KEK", "layer key", "name key");

  @TempDir private Path scratch;
  private LoopDisk disk;
  private TestDaemon daemon;

  private final Map<String, byte[]> secrets = new TreeMap<>();
  private final Map<String, byte[]> protectors = new TreeMap<>();

  private void start(boolean isKept) throws IOException {
    disk = LoopDisk.make(scratch, "256m");
    Path state = Files.createDirectories(disk.point().resolve("state"));
    daemon = isKept ? TestDaemon.startKeptOn(state) : TestDaemon.startOn(state);
  }

  @AfterEach
  void stop() throws IOException {
    try (LoopDisk closedLast = disk;
        TestDaemon closed = daemon) {
      closed.cli("check").ok();
      assertThat(closedLast.point()).exists();
    }
  }

  @Test
  void nothingOfRootsIsOnTheDiskOrInMemory() throws IOException {
    start(false);
    final Path brief = daemon.create("brief", "--empty");
    final Path vault = daemon.create("vault", "--empty", "--keep");
    Path home = daemon.create("home", "--empty", "--keep");
    Path place = Files.createDirectory(home.resolve(".ctr-enc/subvolumes/nested"));
    Path nested = home.resolve("nested");
    noteProtectors("nested", idOf(nested));
    noteProtectors("vault, at first,", idOf(vault));
    String passphrase = Files.writeString(scratch.resolve("secret"), "correct horse\n").toString();
    daemon
        .cli("key", "add", "vault", "--protect", "passphrase", "--passphrase-file", passphrase)
        .ok();
    noteProtectors("vault", idOf(vault));
    fill("brief", brief, idOf(brief));
    fill("nested", nested, idOf(nested));
    fill("vault", vault, idOf(vault));
    isFoundBefore();

    daemon.cli("rm", "--force", "brief").ok();
    daemon.cli("rm", "--force", "vault").ok();
    Files.delete(place);
    isGone();
    assertThat(home).as("what the nested one was in goes on").isEmptyDirectory();
  }

  @Test
  void nothingOfARootThatAKeeperHeldIsLeft() throws IOException {
    start(true);
    Path vault = daemon.create("vault", "--empty", "--keep");
    UUID id = KeyHunt.subvolume(daemon, "vault");
    noteProtectors("vault", id);
    fill("vault", vault, id);
    isFoundBefore();
    daemon.cli("rm", "--force", "vault").ok();
    assertThat(daemon.keepers()).hasSize(1);
    isGone();
  }

  private void isGone() throws IOException {
    List<Long> processes = new ArrayList<>(List.of(daemon.pid()));
    daemon.keepers().forEach(keeper -> processes.add(keeper.pid()));
    for (long process : processes) {
      new ProcessMemory(process).awaitNone(secrets, PATIENCE);
      assertThat(FileHunt.inMemoryFiles(process, secrets)).isEmpty();
    }
    Map<String, byte[]> all = new TreeMap<>(secrets);
    all.putAll(protectors);
    Command.of("sync", "-f", disk.point().toString()).ok();
    assertThat(FileHunt.inWhole(disk.image(), all)).isEmpty();
  }

  private static UUID idOf(Path root) throws IOException {
    return UUID.fromString(DaemonCase.idOf(root));
  }

  private void fill(String name, Path root, UUID subvolume) throws IOException {
    Canary canary = Canary.fresh();
    canary.fill(root);
    Map<String, byte[]> found = canary.with(KeyHunt.keys(daemon, subvolume));
    assertThat(found).containsKeys(KEYS.toArray(String[]::new));
    for (String key : KEYS) {
      secrets.put(key + " of " + name, found.get(key));
    }
    secrets.put("canary of " + name, found.get("canary"));
  }

  /** The file that opens a root, in pieces, so that a part of it that stays is found too. */
  private void noteProtectors(String name, UUID subvolume) throws IOException {
    byte[] file = Files.readAllBytes(daemon.state().resolve("keys").resolve(subvolume.toString()));
    for (int at = 0; at + PIECE <= file.length; at += PIECE) {
      protectors.put(
          "bytes from " + at + " of what opens " + name, Arrays.copyOfRange(file, at, at + PIECE));
    }
  }

  /** Secrets are in memory alone; what opens kept roots is on the disk, and so is a plain file. */
  private void isFoundBefore() throws IOException {
    byte[] plain = Canary.fresh().text().getBytes(StandardCharsets.US_ASCII);
    Files.write(disk.point().resolve("plain"), plain);
    Command.of("sync", "-f", disk.point().toString()).ok();
    assertThat(ProcessMemory.names(new ProcessMemory(daemon.pid()).find(secrets)))
        .contains("KEK of vault", "layer key of vault", "name key of vault", "canary of vault");
    Map<String, byte[]> stored = new TreeMap<>(protectors);
    stored.keySet().removeIf(name -> name.contains("at first"));
    stored.put("plain", plain);
    Map<String, byte[]> all = new TreeMap<>(secrets);
    all.putAll(stored);
    assertThat(FileHunt.inWhole(disk.image(), all)).containsExactlyElementsOf(stored.keySet());
  }
}
