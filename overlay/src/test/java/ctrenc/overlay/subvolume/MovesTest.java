package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.bytes;
import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.protector.MachineKeyProtector;
import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots, forks and rotations of a store on the disk, over restarts. */
@Timeout(120)
class MovesTest {

  @TempDir Path temporary;
  private final SecretMemory memory = SecretMemory.plain();
  private StoreDirectory store;

  @BeforeEach
  void open() throws IOException {
    store = StoreDirectory.open(temporary.resolve("state"), finding -> {}, memory);
  }

  @AfterEach
  void close() throws IOException {
    assertSound();
    store.close();
  }

  private void restart() throws IOException {
    store.close();
    open();
  }

  private void assertSound() throws IOException {
    assertThat(store.check().problems()).isEmpty();
  }

  private UUID create(String name, Protector... protectors) throws IOException {
    return store.subvolumes().create(name, new Base.Empty(), List.of(protectors)).id();
  }

  private FileSystemUser user(UUID subvolume) throws IOException {
    return new FileSystemUser(store.subvolumes().open(subvolume));
  }

  private FileSystemUser snapshot(UUID subvolume, String name) throws IOException {
    UUID id = store.snapshots().find(subvolume, name).orElseThrow().id();
    return new FileSystemUser(store.snapshots().open(id));
  }

  @Test
  void snapshotHoldsWhatWasAndTheRootGoesOn() throws Exception {
    UUID root = create("r", machineKey(1));
    FileSystemUser user = user(root);
    user.put("/f", pattern(1, 3_000_000));
    store.snapshots().create(root, "one");
    user.overwrite("/f", 10, bytes("changed"));
    user.put("/g", "new");
    store.snapshots().create(root, "two");
    user.unlink("/f");
    same(snapshot(root, "one").read("/f"), pattern(1, 3_000_000));
    assertThat(snapshot(root, "one").exists("/g")).isFalse();
    assertThat(snapshot(root, "two").text("/g")).isEqualTo("new");
    assertThat(user.list("/")).containsOnlyKeys("g");
    FileSystemUser reading = snapshot(root, "two");
    FileSystemUser.refused(Errno.EROFS, () -> reading.put("/h", "x"));
    restart();
    assertThatThrownBy(() -> snapshot(root, "one")).isInstanceOf(KeyAbsentException.class);
    store.subvolumes().unlock(root, List.of(machineKey(1)));
    same(snapshot(root, "one").read("/f"), pattern(1, 3_000_000));
    assertThat(user(root).list("/")).containsOnlyKeys("g");
    assertThat(store.check().unread()).isEqualTo(1);
  }

  @Test
  void namesOfSnapshotsAreTheirSubvolumesOwn() throws Exception {
    UUID one = create("one");
    UUID two = create("two");
    store.snapshots().create(one, "s");
    store.snapshots().create(two, "s");
    assertThatThrownBy(() -> store.snapshots().create(one, "s"))
        .isInstanceOf(AlreadyExistsException.class);
    assertThat(store.snapshots().list()).hasSize(2);
    store.subvolumes().destroy(one);
    assertThat(store.snapshots().list()).extracting(SnapshotInfo::subvolume).containsExactly(two);
  }

  @Test
  void forkSharesWhatWasAndNothingAfter() throws Exception {
    UUID origin = create("origin", machineKey(1));
    FileSystemUser user = user(origin);
    user.put("/shared", pattern(3, 2_000_000));
    UUID fork = store.subvolumes().fork(origin, "fork", List.of(machineKey(2))).id();
    user.put("/mine", "origin");
    user.overwrite("/shared", 0, bytes("origin"));
    FileSystemUser other = user(fork);
    same(other.read("/shared"), pattern(3, 2_000_000));
    assertThat(other.exists("/mine")).isFalse();
    other.overwrite("/shared", 1_000_000, bytes("fork"));
    assertThat(user.read("/shared", 1_000_000, 4))
        .isEqualTo(Arrays.copyOfRange(pattern(3, 2_000_000), 1_000_000, 1_000_004));
    assertThat(store.subvolumes().usage(fork).storedBytes()).isGreaterThan(2_000_000);
    restart();
    store.subvolumes().unlock(fork, List.of(machineKey(2)));
    assertThat(user(fork).read("/shared", 1_000_000, 4)).isEqualTo(bytes("fork"));
    assertThat(store.subvolumes().find("origin").orElseThrow().unlocked()).isFalse();
    store.subvolumes().destroy(origin);
    same(user(fork).read("/shared", 0, 1000), Arrays.copyOf(pattern(3, 1000), 1000));
    assertSound();
    assertThat(children("segments")).hasSize(2);
  }

  @Test
  void keptForkOfAThrowawayRootOutlivesIt() throws Exception {
    UUID origin = create("origin");
    user(origin).put("/f", "kept");
    store.snapshots().create(origin, "s");
    UUID snapshot = store.snapshots().find(origin, "s").orElseThrow().id();
    UUID fork = store.snapshots().fork(snapshot, "fork", List.of(machineKey(1))).id();
    restart();
    assertThat(store.subvolumes().list()).extracting(SubvolumeInfo::id).containsExactly(fork);
    assertThat(store.snapshots().list()).isEmpty();
    store.subvolumes().unlock(fork, List.of(machineKey(1)));
    assertThat(user(fork).text("/f")).isEqualTo("kept");
  }

  @Test
  void rotationPutsNewBytesUnderANewKey() throws Exception {
    UUID root = create("r", machineKey(1));
    FileSystemUser user = user(root);
    user.put("/f", pattern(1, 500_000));
    store.subvolumes().rotate(root);
    user.overwrite("/f", 1000, pattern(2, 200_000));
    store.subvolumes().rotate(root);
    user.overwrite("/f", 100_000, pattern(3, 1000));
    byte[] expected = pattern(1, 500_000);
    System.arraycopy(pattern(2, 200_000), 0, expected, 1000, 200_000);
    System.arraycopy(pattern(3, 1000), 0, expected, 100_000, 1000);
    same(user.read("/f"), expected);
    user.fileSystem().close();
    assertThat(children("segments")).hasSize(3);
    restart();
    store.subvolumes().unlock(root, List.of(machineKey(1)));
    same(user(root).read("/f"), expected);
  }

  @Test
  void whatIsInUseStays() throws Exception {
    UUID root = create("r");
    store.snapshots().create(root, "s");
    UUID id = store.snapshots().find(root, "s").orElseThrow().id();
    FileSystem shown = store.snapshots().open(id);
    assertThatThrownBy(() -> store.snapshots().remove(id)).isInstanceOf(InUseException.class);
    assertThatThrownBy(() -> store.subvolumes().destroy(root)).isInstanceOf(InUseException.class);
    shown.close();
    store.snapshots().remove(id);
    store.subvolumes().destroy(root);
    assertThat(children("segments")).isEmpty();
  }

  @Test
  void stacksGoInAnyOrderAndLeaveNothing() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("order of removal with seed " + seed);
    Random random = new Random(seed);
    UUID root = create("r");
    FileSystemUser user = user(root);
    List<Removal> removals = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      user.put("/f" + i, pattern(i, 100_000));
      UUID snapshot = store.snapshots().create(root, "s" + i).id();
      UUID fork = store.snapshots().fork(snapshot, "f" + i, List.of()).id();
      user(fork).put("/own", pattern(i, 5000));
      store.subvolumes().open(fork).close();
      removals.add(() -> store.snapshots().remove(snapshot));
      removals.add(() -> store.subvolumes().destroy(fork));
    }
    Collections.shuffle(removals, random);
    for (Removal removal : removals) {
      removal.run();
      assertSound();
      for (int i = 0; i < 5; i++) {
        same(user.read("/f" + i), pattern(i, 100_000));
      }
    }
    user.fileSystem().close();
    store.subvolumes().destroy(root);
    assertThat(children("segments")).isEmpty();
    assertThat(store.check().layers()).isZero();
  }

  private interface Removal {
    void run() throws IOException;
  }

  private Protector machineKey(int seed) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) seed);
    return new MachineKeyProtector(Secret.take(memory, key));
  }

  private List<String> children(String folder) throws IOException {
    try (Stream<Path> list = Files.list(temporary.resolve("state").resolve(folder))) {
      return list.map(path -> String.valueOf(path.getFileName())).toList();
    }
  }
}
