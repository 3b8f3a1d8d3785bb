package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A root of which a part was restored does not travel under the names of the whole: who has that
 * would show all of it, and who gets it later would keep the part.
 */
@Timeout(300)
class PartsMovedTest {

  @TempDir Path temporary;
  private BackedUpTree tree;
  private VerifiedStore there;
  private UUID part;
  private FileSystemUser user;

  @BeforeEach
  void restoreAPart() throws Exception {
    tree = new BackedUpTree(temporary);
    there = tree.pair().there();
    FileSystemUser whole = tree.unlocked();
    String place = "1/" + whole.inode("/in");
    whole.fileSystem().close();
    byte[] archive = tree.backup(tree.snapshot("s"), Optional.empty());
    part = tree.restore("part", archive, BackedUpTree.only(place)).subvolume().id();
    there.store().subvolumes().unlock(part, List.of(tree.pair().here().machineKey()));
    user = there.user(part);
    user.put("/in/new", "new");
  }

  @AfterEach
  void close() throws Exception {
    user.fileSystem().close();
    tree.close();
  }

  private UUID snapshot(String name) throws IOException {
    return there.store().snapshots().create(part, name).id();
  }

  private static WritableByteChannel nowhere() {
    return Channels.newChannel(OutputStream.nullOutputStream());
  }

  private void send(Transfers.Outgoing outgoing) throws IOException {
    there.store().transfers().send(outgoing, Pace.unlimited(), nowhere(), done -> {});
  }

  private void refused(Transfers.Outgoing outgoing) {
    String why = "stands on a part of what was backed up";
    assertThatThrownBy(() -> send(outgoing))
        .isInstanceOf(UnmovableException.class)
        .hasMessageContaining(why);
    Transfers transfers = there.store().transfers();
    assertThatThrownBy(() -> transfers.backup(outgoing, Pace.unlimited(), nowhere(), done -> {}))
        .isInstanceOf(UnmovableException.class)
        .hasMessageContaining(why);
  }

  @Test
  void aPartIsMovedWhenItIsFlattened() throws Exception {
    UUID one = snapshot("one");
    refused(Transfers.Outgoing.whole(one));
    refused(new Transfers.Outgoing(snapshot("two"), Optional.of(one), false, Optional.empty()));
    there.store().flattens().start(part, false);
    there.store().flattens().await(part, Duration.ofSeconds(60));
    send(Transfers.Outgoing.whole(snapshot("three")));
    assertThat(user.text("/in/new")).isEqualTo("new");
    assertThat(user.list("/")).containsOnlyKeys("in");
  }
}
