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

  @Test
  void presentVersionHasItsSample() throws Exception {
    try (StorePair pair = new StorePair(temporary)) {
      UUID snapshot = pair.freeze(pair.here().lockedRoot(), "sample");
      Path target =
          Path.of(System.getProperty("sample.write", temporary.resolve("now").toString()));
      try (OutputStream out = Files.newOutputStream(target)) {
        Transfers transfers = pair.here().store().transfers();
        transfers.backup(snapshot, Pace.unlimited(), Channels.newChannel(out), done -> {});
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
