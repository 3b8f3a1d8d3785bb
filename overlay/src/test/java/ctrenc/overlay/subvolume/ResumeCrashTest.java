package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.export.TransferProgress;
import ctrenc.overlay.storage.LiveCopy;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Of a long stream, what came is marked as it comes, if it is to be kept. */
@Timeout(300)
class ResumeCrashTest {

  private static final byte[] LARGE = pattern(77, 100 << 20);
  private static final int NEAR_ITS_END = 90 << 20;

  @TempDir Path temporary;
  private StorePair pair;
  private UUID snapshot;

  @BeforeEach
  void open() throws Exception {
    pair = new StorePair(temporary);
    UUID root = pair.here().create("r");
    FileSystemUser user = pair.here().user(root);
    user.put("/large", LARGE);
    user.fileSystem().close();
    snapshot = pair.freeze(root, "s");
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  /** What a process left that died near the end; the stream is received. */
  private VerifiedStore crashed(boolean isResumable) throws IOException {
    List<VerifiedStore> crashed = new ArrayList<>();
    Path to = temporary.resolve("crashed");
    TransferProgress progress =
        done -> {
          if (crashed.isEmpty() && done > NEAR_ITS_END) {
            LiveCopy.make(temporary.resolve("there"), to);
            crashed.add(new VerifiedStore(to));
          }
        };
    Transfers there = pair.there().store().transfers();
    there.receive("whole", isResumable, channel(pair.send(snapshot, Optional.empty())), progress);
    assertThat(there.kept()).isEmpty();
    return crashed.getFirst();
  }

  private static ReadableByteChannel channel(byte[] stream) {
    return Channels.newChannel(new ByteArrayInputStream(stream));
  }

  @Test
  void whatCameSinceTheLastMarkComesAgain() throws Exception {
    try (VerifiedStore copy = crashed(true)) {
      Transfers transfers = copy.store().transfers();
      Optional<ResumePoint> point = Optional.of(transfers.kept().getFirst());
      byte[] rest = pair.send(new Transfers.Outgoing(snapshot, Optional.empty(), false, point));
      assertThat(rest.length).isLessThan(LARGE.length / 2);
      UUID came = transfers.receive("copy", channel(rest), done -> {}).subvolume().id();
      assertThat(copy.verify().findings()).isEmpty();
      copy.store().subvolumes().unlock(came, List.of(copy.machineKey()));
      FileSystemUser user = copy.user(came);
      same(user.read("/large"), LARGE, "the large file");
      user.fileSystem().close();
      copy.store().subvolumes().destroy(came);
      assertThat(copy.segmentFiles()).isEmpty();
      assertThat(copy.store().check().problems()).isEmpty();
    }
  }

  @Test
  void whatIsGivenUpLeavesNothing() throws Exception {
    try (VerifiedStore copy = crashed(true)) {
      Transfers transfers = copy.store().transfers();
      assertThat(copy.segmentFiles()).isNotEmpty();
      assertThat(transfers.drop(transfers.kept().getFirst())).isTrue();
      assertThat(transfers.kept()).isEmpty();
      assertThat(copy.segmentFiles()).isEmpty();
      copy.reopen();
      assertThat(copy.store().transfers().kept()).isEmpty();
      assertThat(copy.store().check().problems()).isEmpty();
    }
  }

  @Test
  void withoutBeingAskedNothingIsMarked() throws Exception {
    try (VerifiedStore copy = crashed(false)) {
      assertThat(copy.store().transfers().kept()).isEmpty();
      assertThat(copy.segmentFiles()).isEmpty();
      assertThat(copy.store().check().problems()).isEmpty();
    }
  }
}
