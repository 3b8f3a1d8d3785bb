package ctrenc.daemon.snapshotter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.daemon.container.HostedRoot;
import ctrenc.daemon.container.HostedRoots;
import ctrenc.daemon.container.RootKey;
import ctrenc.daemon.refusal.RefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written down of a snapshot is what is read. */
class SnapshotJsonTest {

  private static final UUID ROOT = new UUID(1, 2);

  private static Snapshot snapshot(Backing backing) {
    return new Snapshot(
        7,
        "default/1/kéy \"x\"",
        "default/2/sha256:ab",
        SnapshotKind.ACTIVE,
        Instant.parse("2026-01-02T03:04:05.123456789Z"),
        Instant.parse("2026-01-03T00:00:00Z"),
        Map.of("a.b/c", "d=\n", "", "empty"),
        new Snapshot.Usage(12345678901L, 9),
        backing);
  }

  @Test
  void everyBackingComesBack() {
    for (Backing backing :
        List.of(
            new Backing.Tree(),
            new Backing.Chain(),
            new Backing.Root(new HostedRoot(ROOT, RootKey.THROWAWAY)),
            new Backing.Root(new HostedRoot(ROOT, new RootKey.Named("machine"))),
            new Backing.Frozen(
                new HostedRoots.Frozen(new HostedRoot(ROOT, RootKey.MACHINE), new UUID(3, 4))),
            new Backing.View(new HostedRoot(ROOT, RootKey.THROWAWAY)))) {
      Snapshot snapshot = snapshot(backing);
      assertThat(SnapshotJson.decode(SnapshotJson.encode(snapshot))).isEqualTo(snapshot);
    }
  }

  @Test
  void filesAreReplacedAndRemoved(@TempDir Path directory) throws Exception {
    SnapshotFiles files = SnapshotFiles.in(directory);
    Snapshot snapshot = snapshot(new Backing.Tree());
    files.write(snapshot);
    Snapshot now = snapshot.with(Map.of(), Instant.EPOCH);
    files.write(now);
    assertThat(SnapshotFiles.in(directory).read()).containsExactly(now);
    files.remove(7);
    assertThat(files.read()).isEmpty();
    assertThat(files.owner()).isEmpty();
    files.setOwner("enc");
    assertThat(SnapshotFiles.in(directory).owner()).isEqualTo("enc");
  }

  @Test
  void aFileThatCannotBeReadStopsEverything(@TempDir Path directory) throws Exception {
    SnapshotFiles files = SnapshotFiles.in(directory);
    Files.writeString(directory.resolve("records/3.json"), "{\"version\": 2}");
    assertThatThrownBy(files::read)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("3.json");
  }
}
