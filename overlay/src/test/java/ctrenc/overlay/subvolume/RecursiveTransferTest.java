package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.protector.Protector;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.storage.StoreException;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
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

/** Roots go to another store with all that is nested in them, locked on both sides. */
@Timeout(300)
class RecursiveTransferTest {

  private static final List<String> FILES = List.of("/f", "/a/f", "/a/d/b/f", "/c/f");

  @TempDir Path temporary;
  private StorePair pair;
  private UUID root;

  /** A root with one in another in it, and one beside them that goes on from the root's layers. */
  @BeforeEach
  void open() throws Exception {
    pair = new StorePair(temporary);
    root = pair.here().create("r");
    FileSystemUser user = pair.here().user(root);
    HiddenUser hidden = HiddenUser.root(user.fileSystem());
    user.put("/large", pattern(1, 200_000));
    hidden.mkdir("/.ctr-enc/subvolumes/a");
    user.mkdir("/a/d");
    hidden.mkdir("/a/d/.ctr-enc/subvolumes/b");
    hidden.mkdir("/.ctr-enc/forks/c");
    write("before");
    lock();
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  private void write(String text) throws Exception {
    FileSystemUser user = unlocked();
    for (String path : FILES) {
      user.put(path, text);
    }
  }

  private FileSystemUser unlocked() throws Exception {
    pair.here().store().subvolumes().unlock(root, List.of(pair.here().machineKey()));
    return pair.here().user(root);
  }

  private void lock() throws Exception {
    pair.here().user(root).fileSystem().close();
    pair.here().store().subvolumes().lock(root);
  }

  private UUID snapshot(String name) throws IOException {
    return pair.here().store().snapshots().createRecursive(root, name).id();
  }

  private byte[] send(UUID snapshot, Optional<UUID> since) throws IOException {
    return pair.send(new Transfers.Outgoing(snapshot, since, true, Optional.empty()));
  }

  private static void holds(FileSystemUser user, String text) throws Exception {
    for (String path : FILES) {
      assertThat(user.text(path)).as(path).isEqualTo(text);
    }
  }

  @Test
  void whatIsNestedArrivesAtItsPlaceAndGoesOn() throws Exception {
    Transfers.Received came = pair.receive("copy", send(snapshot("s"), Optional.empty()));
    assertThat(came.nested()).isEqualTo(3);
    assertThat(pair.there().store().subvolumes().list()).hasSize(1);
    assertThat(pair.there().verify().findings()).isEmpty();
    FileSystemUser user = asItWas(came.subvolume().id());
    for (String path : FILES) {
      user.put(path, "there");
    }
    HiddenUser.root(user.fileSystem()).mkdir("/a/d/b/.ctr-enc/subvolumes/deeper");
    user.put("/a/d/b/deeper/f", "new");
    FileSystemUser frozen =
        new FileSystemUser(pair.there().store().snapshots().open(came.snapshot().id()));
    holds(frozen, "before");
    frozen.fileSystem().close();
    assertThat(pair.there().store().check().problems()).isEmpty();
    user.fileSystem().close();
    pair.there().reopen();
    FileSystemUser again = pair.arrived(came.subvolume().id());
    holds(again, "there");
    assertThat(again.text("/a/d/b/deeper/f")).isEqualTo("new");
    assertThat(pair.there().verify().findings()).isEmpty();
    again.fileSystem().close();
    pair.there().store().subvolumes().destroy(came.subvolume().id());
    pair.assertNothingLeft();
  }

  private FileSystemUser asItWas(UUID copy) throws Exception {
    FileSystemUser user = pair.arrived(copy);
    holds(user, "before");
    same(user.read("/large"), pattern(1, 200_000), "the large file");
    same(user.read("/c/large"), pattern(1, 200_000), "what both hold");
    assertThat(user.inode("/a/d/b/f")).isEqualTo(unlocked().inode("/a/d/b/f"));
    return user;
  }

  @Test
  void oneWithProtectorsOfItsOwnArrivesUnderThem() throws Exception {
    FileSystemUser user = unlocked();
    String info = HiddenUser.root(user.fileSystem()).text("/a/.ctr-enc/info");
    UUID nested = UUID.fromString(info.lines().findFirst().orElseThrow().split(" ")[1]);
    Protector secret = NestedRoot.machineKey();
    pair.here().store().protectors().add(nested, List.of(secret));
    lock();
    UUID copy = pair.receive("copy", send(snapshot("s"), Optional.empty())).subvolume().id();
    FileSystemUser there = pair.arrived(copy);
    FileSystemUser.refused(Errno.ENOKEY, () -> there.read("/a/f"));
    assertThat(there.text("/c/f")).isEqualTo("before");
    Subvolumes subvolumes = pair.there().store().subvolumes();
    for (Quotas.Holding one : subvolumes.quotas().holdings(copy)) {
      if (!one.id().equals(copy)) {
        subvolumes.unlockNested(one.id(), List.of(secret));
      }
    }
    holds(there, "before");
    assertThat(pair.there().verify().findings()).isEmpty();
  }

  /** It moves on from where it came to, in the same way. */
  @Test
  void whatArrivedMovesOn() throws Exception {
    UUID first = pair.receive("one", send(snapshot("s"), Optional.empty())).snapshot().id();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Transfers.Outgoing outgoing =
        new Transfers.Outgoing(first, Optional.empty(), true, Optional.empty());
    pair.there()
        .store()
        .transfers()
        .send(outgoing, Pace.unlimited(), Channels.newChannel(out), done -> {});
    UUID two = pair.receive("two", out.toByteArray()).subvolume().id();
    holds(pair.arrived(two), "before");
    assertThat(pair.there().store().check().problems()).isEmpty();
  }

  @Test
  void incrementCarriesWhatChangedInAnyOfThem() throws Exception {
    UUID first = snapshot("one");
    byte[] whole = send(first, Optional.empty());
    FileSystemUser user = unlocked();
    user.put("/a/d/b/f", "after");
    HiddenUser.root(user.fileSystem()).rmdir("/.ctr-enc/subvolumes/c");
    HiddenUser.root(user.fileSystem()).mkdir("/.ctr-enc/subvolumes/e");
    user.put("/e/f", "new");
    lock();
    byte[] increment = send(snapshot("two"), Optional.of(first));
    assertThat(increment.length).isLessThan(20_000);
    assertThatThrownBy(() -> pair.receive("two", increment)).isInstanceOf(UnmovableException.class);
    pair.assertNothingLeft();
    UUID one = pair.receive("one", whole).subvolume().id();
    UUID two = pair.receive("two", increment).subvolume().id();
    holds(pair.arrived(one), "before");
    FileSystemUser later = pair.arrived(two);
    assertThat(later.text("/f")).isEqualTo("before");
    assertThat(later.text("/a/f")).isEqualTo("before");
    assertThat(later.text("/a/d/b/f")).isEqualTo("after");
    assertThat(later.text("/e/f")).isEqualTo("new");
    assertThat(later.exists("/c")).isFalse();
    assertThat(pair.there().verify().findings()).isEmpty();
  }

  /** Of the same snapshot alone, the directories come empty, as before. */
  @Test
  void withoutBeingAskedNothingNestedComes() throws Exception {
    byte[] stream = pair.send(snapshot("s"), Optional.empty());
    Transfers.Received came = pair.receive("copy", stream);
    assertThat(came.nested()).isZero();
    FileSystemUser user = pair.arrived(came.subvolume().id());
    assertThat(user.text("/f")).isEqualTo("before");
    assertThat(user.list("/a")).isEmpty();
    assertThat(pair.there().store().check().problems()).isEmpty();
  }

  @Test
  void cutChangedAndDisorderedStreamsLeaveNothing() throws Exception {
    UUID snapshot = snapshot("s");
    byte[] stream = send(snapshot, Optional.empty());
    for (byte[] disordered : StreamFrames.disordered(stream, send(snapshot, Optional.empty()))) {
      assertThatThrownBy(() -> pair.receive("copy", disordered))
          .isInstanceOf(DamagedException.class);
    }
    long seed = new Random().nextLong();
    System.out.println("changed streams of trees with seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      byte[] cut = Arrays.copyOf(stream, random.nextInt(stream.length));
      assertThatThrownBy(() -> pair.receive("copy", cut)).isInstanceOf(DamagedException.class);
      byte[] changed = stream.clone();
      int offset = random.nextInt(i % 2 == 0 ? 4000 : stream.length);
      changed[offset] ^= (byte) (1 << random.nextInt(8));
      assertThatThrownBy(() -> pair.receive("copy", changed))
          .as("byte %d", offset)
          .isInstanceOfAny(StoreException.class, FormatTooNewException.class);
    }
    pair.assertNothingLeft();
  }
}
