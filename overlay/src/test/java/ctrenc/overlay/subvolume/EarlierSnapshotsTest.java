package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.StoreException;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A root goes to another store with the snapshots that it has, in one stream. */
@Timeout(300)
class EarlierSnapshotsTest {

  private static final List<String> NAMES = List.of("one", "two", "three");

  @TempDir Path temporary;
  private StorePair pair;
  private UUID root;

  /** What was nested before the second snapshot is in that and in the third. */
  @BeforeEach
  void open() throws Exception {
    pair = new StorePair(temporary);
    root = pair.here().create("r");
    FileSystemUser user = pair.here().user(root);
    user.put("/large", pattern(1, 300_000));
    user.put("/f", "one");
    snapshot("one");
    HiddenUser.root(user.fileSystem()).mkdir("/.ctr-enc/subvolumes/a");
    user.put("/f", "two");
    user.put("/a/f", "two");
    snapshot("two");
    user.put("/f", "three");
    user.put("/a/f", "three");
    user.fileSystem().close();
    pair.here().store().subvolumes().lock(root);
    snapshot("three");
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  private void snapshot(String name) throws IOException {
    pair.here().store().snapshots().createRecursive(root, name);
  }

  private UUID here(String name) {
    return pair.here().store().snapshots().find(root, name).orElseThrow().id();
  }

  private byte[] send(String name, Optional<UUID> since, boolean isRecursive) throws IOException {
    return pair.send(
        new Transfers.Outgoing(here(name), since, isRecursive, true, Optional.empty()));
  }

  private FileSystemUser there(UUID copy, String name) throws IOException {
    Snapshots snapshots = pair.there().store().snapshots();
    return new FileSystemUser(snapshots.open(snapshots.find(copy, name).orElseThrow().id()));
  }

  private void holdsAll(UUID copy, boolean isRecursive) throws Exception {
    FileSystemUser user = pair.arrived(copy);
    assertThat(user.text("/f")).isEqualTo("three");
    user.put("/later", "later");
    for (String name : NAMES) {
      FileSystemUser frozen = there(copy, name);
      assertThat(frozen.text("/f")).isEqualTo(name);
      assertThat(frozen.read("/large")).isEqualTo(pattern(1, 300_000));
      if (isRecursive && !name.equals("one")) {
        assertThat(frozen.text("/a/f")).isEqualTo(name);
      }
      frozen.fileSystem().close();
    }
    user.fileSystem().close();
    assertThat(pair.there().verify().findings()).isEmpty();
    assertThat(pair.there().store().check().problems()).isEmpty();
  }

  @Test
  void theyArriveWithTheRootAndWhatTheyShareComesOnce() throws Exception {
    byte[] alone = pair.send(here("three"), Optional.empty());
    byte[] stream = send("three", Optional.empty(), false);
    assertThat(stream.length).isLessThan(alone.length + 10_000);
    Transfers.Received came = pair.receive("copy", stream);
    assertThat(came.earlier()).isEqualTo(2);
    assertThat(came.nested()).isZero();
    holdsAll(came.subvolume().id(), false);
    pair.there().reopen();
    holdsAll(came.subvolume().id(), false);
    pair.there().store().subvolumes().destroy(came.subvolume().id());
    pair.assertNothingLeft();
  }

  @Test
  void theirPartsArriveToo() throws Exception {
    Transfers.Received came = pair.receive("copy", send("three", Optional.empty(), true));
    assertThat(came.nested()).isOne();
    holdsAll(came.subvolume().id(), true);
    pair.there().store().subvolumes().destroy(came.subvolume().id());
    pair.assertNothingLeft();
  }

  @Test
  void laterOnesDoNotCome() throws Exception {
    Transfers.Received came = pair.receive("copy", send("two", Optional.empty(), true));
    assertThat(came.earlier()).isOne();
    assertThat(pair.there().store().snapshots().find(came.subvolume().id(), "three")).isEmpty();
  }

  /** What the receiver has is named alone, and has to be there. */
  @Test
  void incrementBringsThemByName() throws Exception {
    byte[] increment = send("three", Optional.of(here("two")), true);
    assertThat(increment.length).isLessThan(50_000);
    assertThatThrownBy(() -> pair.receive("copy", increment))
        .isInstanceOf(UnmovableException.class);
    pair.assertNothingLeft();
    pair.receive("base", send("two", Optional.empty(), true));
    holdsAll(pair.receive("copy", increment).subvolume().id(), true);
  }

  /** After a flatten the earlier snapshots have layers that the root has not. */
  @Test
  void theyKeepLayersThatTheRootHasNoMore() throws Exception {
    pair.here().store().subvolumes().unlock(root, List.of(pair.here().machineKey()));
    pair.here().store().flattens().start(root, false);
    FlattenStore.await(pair.here().store().flattens(), root);
    pair.here().store().subvolumes().lock(root);
    UUID now = pair.freeze(root, "flat");
    Transfers.Received came =
        pair.receive(
            "copy",
            pair.send(
                new Transfers.Outgoing(now, Optional.empty(), false, true, Optional.empty())));
    assertThat(came.earlier()).isEqualTo(3);
    holdsAll(came.subvolume().id(), false);
  }

  @Test
  void cutChangedAndDisorderedStreamsLeaveNothing() throws Exception {
    byte[] stream = send("three", Optional.empty(), true);
    byte[] another = send("three", Optional.empty(), true);
    for (byte[] disordered : StreamFrames.disordered(stream, another)) {
      assertThatThrownBy(() -> pair.receive("copy", disordered))
          .isInstanceOf(DamagedException.class);
    }
    long seed = new Random().nextLong();
    System.out.println("changed streams of snapshots with seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      byte[] cut = Arrays.copyOf(stream, random.nextInt(stream.length));
      assertThatThrownBy(() -> pair.receive("copy", cut)).isInstanceOf(DamagedException.class);
      byte[] changed = stream.clone();
      int offset = random.nextInt(i % 2 == 0 ? 6000 : stream.length);
      changed[offset] ^= (byte) (1 << random.nextInt(8));
      assertThatThrownBy(() -> pair.receive("copy", changed))
          .as("byte %d, seed %d", offset, seed)
          .isInstanceOfAny(StoreException.class, FormatTooNewException.class);
    }
    pair.assertNothingLeft();
  }

  /** What was kept of it is gone on with. */
  @Test
  void cutStreamGoesOn() throws Exception {
    byte[] stream = send("three", Optional.empty(), true);
    byte[] cut = Arrays.copyOf(stream, stream.length * 3 / 4);
    Transfers to = pair.there().store().transfers();
    assertThatThrownBy(() -> to.receive("copy", true, StreamFrames.channel(cut), done -> {}))
        .isInstanceOf(DamagedException.class);
    Optional<ResumePoint> point = to.kept().stream().findFirst();
    byte[] rest =
        pair.send(new Transfers.Outgoing(here("three"), Optional.empty(), true, true, point));
    holdsAll(pair.receive("copy", rest).subvolume().id(), true);
  }
}
