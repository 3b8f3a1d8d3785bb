package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Roots go from one store to another, locked on both sides, and nothing else does. */
@Timeout(300)
class TransferTest {

  @TempDir Path temporary;
  private StorePair pair;
  private VerifiedStore here;
  private VerifiedStore there;

  @BeforeEach
  void open() throws IOException {
    pair = new StorePair(temporary);
    here = pair.here();
    there = pair.there();
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  @Test
  void lockedRootArrivesLockedAndReadsAsItWas() throws Exception {
    UUID root = here.lockedRoot();
    Transfers.Received received =
        pair.receive("copy", pair.send(pair.freeze(root, "sent"), Optional.empty()));
    assertThat(received.origin()).isEqualTo("r");
    assertThat(received.snapshot().name()).isEqualTo("sent");
    assertThat(received.subvolume().unlocked()).isFalse();
    UUID copy = received.subvolume().id();
    assertThatThrownBy(() -> there.store().subvolumes().open(copy))
        .isInstanceOf(KeyAbsentException.class);
    assertThat(there.verify().findings()).isEmpty();
    FileSystemUser user = pair.arrived(copy);
    same(user.read("/d/file"), pattern(1, 5000), "the file");
    same(user.read("/other"), pattern(3, 3000), "the other");
    assertThat(user.list("/")).containsOnlyKeys("d", "other");
    user.put("/new", "written there");
    user.fileSystem().close();
    there.reopen();
    assertThat(pair.arrived(copy).text("/new")).isEqualTo("written there");
    assertThat(there.verify().findings()).isEmpty();
    assertThat(there.store().check().problems()).isEmpty();
  }

  @Test
  void whatTheOriginWritesAfterwardsIsUnderAnotherKey() throws Exception {
    UUID root = here.lockedRoot();
    pair.freeze(root, "sent");
    here.store().subvolumes().unlock(root, List.of(here.machineKey()));
    int layers = here.store().check().layers();
    FileSystemUser user = here.user(root);
    assertThat(here.store().check().layers()).isEqualTo(layers + 1);
    user.put("/after", "later");
    UUID sent = here.store().snapshots().find(root, "sent").orElseThrow().id();
    FileSystemUser kept = new FileSystemUser(here.store().snapshots().open(sent));
    assertThat(kept.exists("/after")).isFalse();
    assertThat(user.text("/after")).isEqualTo("later");
  }

  @Test
  void incrementGoesOnFromWhatBothHave() throws Exception {
    UUID root = here.create("r");
    FileSystemUser user = here.user(root);
    user.put("/large", pattern(1, 2_000_000));
    UUID first = here.store().snapshots().create(root, "one").id();
    byte[] whole = pair.send(first, Optional.empty());
    user.overwrite("/large", 5000, pattern(2, 100));
    user.put("/small", "new");
    UUID second = here.store().snapshots().create(root, "two").id();
    byte[] increment = pair.send(second, Optional.of(first));
    assertThat(increment.length).isLessThan(20_000);
    assertThatThrownBy(() -> pair.receive("two", increment)).isInstanceOf(UnmovableException.class);
    UUID one = pair.receive("one", whole).subvolume().id();
    pair.arrived(one).put("/theirs", "written there meanwhile");
    UUID two = pair.receive("two", increment).subvolume().id();
    byte[] expected = pattern(1, 2_000_000);
    System.arraycopy(pattern(2, 100), 0, expected, 5000, 100);
    there.store().subvolumes().open(one).close();
    there.store().subvolumes().destroy(one);
    FileSystemUser later = pair.arrived(two);
    same(later.read("/large"), expected, "the large file");
    assertThat(later.text("/small")).isEqualTo("new");
    assertThat(later.exists("/theirs")).isFalse();
    assertThat(there.store().check().problems()).isEmpty();
  }

  @Test
  void wholeRootComesTwiceAndSharesWhatItHas() throws Exception {
    UUID root = here.lockedRoot();
    byte[] stream = pair.send(pair.freeze(root, "sent"), Optional.empty());
    UUID one = pair.receive("one", stream).subvolume().id();
    UUID two = pair.receive("two", stream).subvolume().id();
    assertThatThrownBy(() -> pair.receive("two", stream))
        .isInstanceOf(AlreadyExistsException.class);
    pair.arrived(one).put("/d/file", "changed");
    same(pair.arrived(two).read("/d/file"), pattern(1, 5000), "the file");
    assertThat(there.store().check().problems()).isEmpty();
  }

  @Test
  void streamMayComeBackToWhereItCameFrom() throws Exception {
    UUID root = here.lockedRoot();
    byte[] stream = pair.send(pair.freeze(root, "sent"), Optional.empty());
    UUID again =
        here.store()
            .transfers()
            .receive("again", Channels.newChannel(new ByteArrayInputStream(stream)), done -> {})
            .subvolume()
            .id();
    here.store().subvolumes().unlock(again, List.of(here.machineKey()));
    same(here.user(again).read("/d/file"), pattern(1, 5000), "the file");
    assertThat(here.store().check().problems()).isEmpty();
  }

  @Test
  void removalMeanwhileWaitsForTheStream() throws Exception {
    UUID root = here.lockedRoot();
    UUID snapshot = pair.freeze(root, "sent");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    boolean[] isRemoved = new boolean[1];
    here.store()
        .transfers()
        .send(
            Transfers.Outgoing.whole(snapshot),
            Pace.unlimited(),
            Channels.newChannel(out),
            done -> {
              if (!isRemoved[0]) {
                isRemoved[0] = true;
                here.store().subvolumes().destroy(root);
              }
            });
    assertThat(isRemoved[0]).isTrue();
    same(
        pair.arrived(pair.receive("copy", out.toByteArray()).subvolume().id()).read("/d/file"),
        pattern(1, 5000),
        "the file");
    assertThat(here.segmentFiles()).isEmpty();
    assertThat(here.store().check().layers()).isZero();
  }

  @Test
  void throwawayRootsAndHostTreesAreRefused() throws Exception {
    UUID throwaway = here.store().subvolumes().create("t", new Base.Empty(), List.of()).id();
    UUID one = pair.freeze(throwaway, "s");
    assertThatThrownBy(() -> pair.send(one, Optional.empty()))
        .isInstanceOf(UnmovableException.class);
    Path tree = Files.createDirectory(temporary.resolve("tree"));
    UUID onHost =
        here.store()
            .subvolumes()
            .create("h", new Base.HostTree(tree), List.of(here.machineKey()))
            .id();
    UUID two = pair.freeze(onHost, "s");
    assertThatThrownBy(() -> pair.send(two, Optional.empty()))
        .isInstanceOf(UnmovableException.class);
  }

  @Test
  void rootOnAnImageNeedsTheImage() throws Exception {
    UUID image = imported(here, "content");
    UUID root =
        here.store()
            .subvolumes()
            .create("r", new Base.Image(image), List.of(here.machineKey()))
            .id();
    FileSystemUser user = here.user(root);
    user.overwrite("/dir/file", 0, FileSystemUser.bytes("C"));
    user.fileSystem().close();
    byte[] stream = pair.send(pair.freeze(root, "s"), Optional.empty());
    assertThatThrownBy(() -> pair.receive("copy", stream))
        .isInstanceOf(UnmovableException.class)
        .hasMessageContaining("image base");
    pair.assertNothingLeft();
    imported(there, "another size");
    assertThatThrownBy(() -> pair.receive("copy", stream)).isInstanceOf(UnmovableException.class);
    there.store().images().remove(there.store().images().find("base").orElseThrow());
    UUID same = imported(there, "content");
    Transfers.Received received = pair.receive("copy", stream);
    assertThat(received.image().orElseThrow().id()).isEqualTo(same);
    assertThat(pair.arrived(received.subvolume().id()).text("/dir/file")).isEqualTo("Content");
  }

  private static UUID imported(VerifiedStore into, String content) throws IOException {
    Path tree = into.store().images().newTree();
    Path file =
        Files.writeString(Files.createDirectory(tree.resolve("dir")).resolve("file"), content);
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    return into.store().images().add("base", "sha256:1", List.of(tree), indexed -> {}).id();
  }
}
