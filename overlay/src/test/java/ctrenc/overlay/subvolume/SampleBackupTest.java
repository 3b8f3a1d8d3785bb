package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.export.Restore;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Archives that every later release reads: one of each version of the format. A new version's is
 * written with {@code -Dsample.write=FILE}.
 */
@Timeout(300)
class SampleBackupTest {

  private static final Optional<ResumePoint> NOWHERE = Optional.empty();

  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(strings = "backup-v1.tar")
  void samplesAreRestoredAsTheyWere(String sample) throws Exception {
    try (StorePair pair = new StorePair(temporary);
        InputStream archive = SampleBackupTest.class.getResourceAsStream(sample)) {
      Restore.Wanted everything = new Restore.Wanted(List.of(), false);
      Transfers transfers = pair.there().store().transfers();
      UUID root =
          transfers
              .restore("sample", Channels.newChannel(archive), everything, done -> {})
              .subvolume()
              .id();
      assertThat(pair.there().verify().findings()).isEmpty();
      FileSystemUser user = pair.arrived(root);
      same(user.read("/d/file"), pattern(1, 5000), "the file");
      same(user.read("/other"), pattern(3, 3000), "the other");
      assertThat(user.list("/")).containsOnlyKeys("d", "other");
      user.fileSystem().close();
    }
  }

  /** One with what is nested in it, and what changed since. */
  @Test
  void presentVersionOfATreeHasItsSamples() throws Exception {
    try (StorePair pair = new StorePair(temporary)) {
      UUID root = pair.here().create("r");
      FileSystemUser user = pair.here().user(root);
      HiddenUser.root(user.fileSystem()).mkdir("/.ctr-enc/subvolumes/box");
      user.put("/box/f", "inside");
      Snapshots snapshots = pair.here().store().snapshots();
      UUID first = snapshots.createRecursive(root, "first").id();
      user.put("/f", "outside");
      user.fileSystem().close();
      UUID second = snapshots.createRecursive(root, "second").id();
      write(pair, "-tree.tar", new Transfers.Outgoing(first, Optional.empty(), true, NOWHERE));
      write(pair, "-since.tar", new Transfers.Outgoing(second, Optional.of(first), true, NOWHERE));
      restored(pair, "backup-v2-tree.tar");
      FileSystemUser there = pair.arrived(restored(pair, "backup-v2-since.tar"));
      assertThat(there.text("/f")).isEqualTo("outside");
      assertThat(there.text("/box/f")).isEqualTo("inside");
      there.fileSystem().close();
      assertThat(pair.there().verify().findings()).isEmpty();
    }
  }

  private static void write(StorePair pair, String suffix, Transfers.Outgoing outgoing)
      throws Exception {
    String target = System.getProperty("sample.write", "");
    OutputStream out =
        target.isEmpty()
            ? OutputStream.nullOutputStream()
            : Files.newOutputStream(Path.of(target + suffix));
    try (out) {
      Transfers transfers = pair.here().store().transfers();
      transfers.backup(outgoing, Pace.unlimited(), Channels.newChannel(out), done -> {});
    }
  }

  private static UUID restored(StorePair pair, String sample) throws Exception {
    try (InputStream archive = SampleBackupTest.class.getResourceAsStream(sample)) {
      Restore.Wanted everything = new Restore.Wanted(List.of(), false);
      return pair.there()
          .store()
          .transfers()
          .restore(sample, Channels.newChannel(archive), everything, done -> {})
          .subvolume()
          .id();
    }
  }

  @Test
  void presentVersionHasItsSample() throws Exception {
    try (StorePair pair = new StorePair(temporary)) {
      UUID snapshot = pair.freeze(pair.here().lockedRoot(), "sample");
      Path target =
          Path.of(System.getProperty("sample.write", temporary.resolve("now").toString()));
      try (OutputStream out = Files.newOutputStream(target)) {
        Transfers transfers = pair.here().store().transfers();
        transfers.backup(
            Transfers.Outgoing.whole(snapshot),
            Pace.unlimited(),
            Channels.newChannel(out),
            done -> {});
      }
      byte[] head = Files.readAllBytes(target);
      try (InputStream sample = SampleBackupTest.class.getResourceAsStream("backup-v1.tar")) {
        // The first member's header block, then the preamble: magic, name and version.
        assertThat(head).startsWith("backup".getBytes());
        assertThat(Arrays.copyOfRange(head, 512, 532))
            .isEqualTo(Arrays.copyOfRange(sample.readNBytes(1024), 512, 532));
      }
    }
  }
}
