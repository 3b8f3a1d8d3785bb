package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.bytes;
import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Roots some of whose layers' keys are lost: the rest of the tree works. */
@Timeout(120)
class LostKeyTest {

  @TempDir Path temporary;
  private StoreDirectory store;

  @BeforeEach
  void open() throws IOException {
    store = StoreDirectory.open(temporary.resolve("state"), finding -> {}, SecretMemory.plain());
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private Path image() throws IOException {
    Path image = Files.createDirectories(temporary.resolve("image"));
    for (String name : List.of("touched", "partly", "whole")) {
      Files.createDirectory(image.resolve(name));
      Files.write(image.resolve(name).resolve("f"), pattern(9, 50_000));
    }
    return image;
  }

  /** A root of three layers, whose middle one wrote in one directory and to a file of another. */
  private UUID root() throws Exception {
    UUID root =
        store
            .subvolumes()
            .create("r", new Base.HostTree(image()), List.of(NestedRoot.machineKey()))
            .id();
    FileSystemUser user = user(root);
    user.put("/touched/new", pattern(1, 10_000));
    user.unlink("/touched/f");
    user.overwrite("/partly/f", 20_000, pattern(2, 10_000));
    store.subvolumes().rotate(root);
    user.overwrite("/partly/f", 0, pattern(3, 5_000));
    user.put("/whole/own", "own");
    user.fileSystem().close();
    return root;
  }

  private FileSystemUser user(UUID subvolume) throws IOException {
    return new FileSystemUser(store.subvolumes().open(subvolume));
  }

  private void lose(UUID subvolume, int depth) throws IOException {
    store.close();
    LostKeys.lose(temporary.resolve("state"), subvolume, depth);
    open();
    for (SubvolumeInfo each : store.subvolumes().list()) {
      store.subvolumes().unlock(each.id(), List.of(NestedRoot.machineKey()));
    }
  }

  @Test
  void whatTheLayerHasNoSayInWorks() throws Exception {
    UUID root = root();
    lose(root, 1);
    FileSystemUser user = user(root);
    assertThat(user.list("/")).containsOnlyKeys("touched", "partly", "whole");
    assertThat(user.list("/whole")).containsOnlyKeys("f", "own");
    same(user.read("/whole/f"), pattern(9, 50_000));
    assertThat(user.text("/whole/own")).isEqualTo("own");
    user.put("/whole/another", "another");
    user.unlink("/whole/f");
    assertThat(user.list("/whole")).containsOnlyKeys("own", "another");
    user.mkdir("/made");
    user.put("/made/f", pattern(5, 5_000));
    user.fileSystem().close();
    same(user(root).read("/made/f"), pattern(5, 5_000));
  }

  @Test
  void itsExtentsAreRefusedAndThoseAboveAreRead() throws Exception {
    UUID root = root();
    lose(root, 1);
    FileSystemUser user = user(root);
    assertThat(user.stat("/partly/f").size()).isEqualTo(50_000);
    same(user.read("/partly/f", 0, 5_000), pattern(3, 5_000));
    refused(Errno.ENOKEY, () -> user.read("/partly/f", 20_000, 10));
    refused(Errno.ENOKEY, () -> user.read("/partly/f", 4_999, 2));
    user.overwrite("/partly/f", 20_000, pattern(4, 1_000));
    same(user.read("/partly/f", 20_000, 1_000), pattern(4, 1_000));
    refused(Errno.ENOKEY, () -> user.read("/partly/f", 21_000, 1));
  }

  @Test
  void namesItMayHideAreRefusedAndNeverComeBack() throws Exception {
    UUID root = root();
    lose(root, 1);
    FileSystemUser user = user(root);
    refused(Errno.ENOKEY, () -> user.stat("/touched"));
    refused(Errno.ENOKEY, () -> user.read("/touched/f"));
    refused(Errno.ENOKEY, () -> user.mkdir("/touched/f"));
    refused(Errno.ENOKEY, () -> user.list("/touched"));
    refused(Errno.ENOKEY, () -> user.rmdir("/touched"));
  }

  @Test
  void aDirectoryKnownFromAboveListsWhatIsKnownAndThenFails() throws Exception {
    UUID root = store.subvolumes().create("r", new Base.Empty(), keys()).id();
    FileSystemUser user = user(root);
    user.mkdir("/d");
    user.put("/d/lost", "x");
    store.subvolumes().rotate(root);
    user.put("/d/own", "own");
    user.chmod("/", 0755);
    user.fileSystem().close();
    lose(root, 1);
    FileSystemUser again = user(root);
    refused(Errno.ENOKEY, () -> again.list("/"));
    refused(Errno.ENOKEY, () -> again.stat("/d"));
    assertThat(again.stat("/").mode() & 0777).isEqualTo(0755);
  }

  private static List<Protector> keys() {
    return List.of(NestedRoot.machineKey());
  }

  @Test
  void aLostUpperIsNotWrittenToAnyMore() throws Exception {
    UUID root = root();
    lose(root, 0);
    FileSystemUser user = user(root);
    same(user.read("/touched/new"), pattern(1, 10_000));
    refused(Errno.ENOKEY, () -> user.read("/whole/own"));
    refused(Errno.ENOKEY, () -> user.stat("/partly/f"));
    user.put("/touched/again", bytes("again"));
    user.fileSystem().close();
    assertThat(user(root).text("/touched/again")).isEqualTo("again");
  }

  @Test
  void aRootWithoutAttributesOfItsOwnIsForRootAlone() throws Exception {
    UUID root = store.subvolumes().create("r", new Base.Empty(), keys()).id();
    FileSystemUser user = user(root);
    user.put("/f", "x");
    user.fileSystem().close();
    lose(root, 0);
    FileSystemUser again = user(root);
    assertThat(again.stat("/").mode() & 0777).isEqualTo(0500);
    refused(Errno.ENOKEY, () -> again.mkdir("/g"));
  }

  @Test
  void anotherStackWithTheKeyDoesNotLendIt() throws Exception {
    UUID root = root();
    UUID fork = store.subvolumes().fork(root, "fork", keys()).id();
    lose(fork, 2);
    FileSystemUser origin = user(root);
    same(origin.read("/touched/new"), pattern(1, 10_000));
    FileSystemUser forked = user(fork);
    refused(Errno.ENOKEY, () -> forked.read("/touched/new"));
    same(forked.read("/whole/f"), pattern(9, 50_000));
    UUID forkOfFork = store.subvolumes().fork(fork, "second", keys()).id();
    FileSystemUser second = user(forkOfFork);
    refused(Errno.ENOKEY, () -> second.read("/touched/new"));
    assertThat(second.text("/whole/own")).isEqualTo("own");
    origin.fileSystem().close();
    store.subvolumes().destroy(root);
    same(forked.read("/partly/f", 0, 5_000), pattern(3, 5_000));
    refused(Errno.ENOKEY, () -> forked.read("/partly/f", 30_000, 1));
  }

  @Test
  void flatteningFailsAndLosesNothing() throws Exception {
    UUID root = root();
    lose(root, 1);
    FileSystemUser user = user(root);
    store.flattens().start(root, false);
    FlattenInfo ended = store.flattens().await(root, Duration.ofSeconds(60)).orElseThrow();
    assertThat(ended.state()).isEqualTo(FlattenInfo.State.FAILED);
    assertThat(ended.problem()).contains("wrapped key");
    assertThat(user.text("/whole/own")).isEqualTo("own");
    refused(Errno.ENOKEY, () -> user.stat("/touched"));
  }

  @Test
  void snapshotsAndChecksGoOn() throws Exception {
    UUID root = root();
    lose(root, 1);
    FileSystemUser user = user(root);
    UUID snapshot = store.snapshots().create(root, "s").id();
    user.put("/whole/later", "x");
    FileSystemUser frozen = new FileSystemUser(store.snapshots().open(snapshot));
    assertThat(frozen.list("/whole")).containsOnlyKeys("f", "own");
    refused(Errno.ENOKEY, () -> frozen.stat("/touched"));
    assertThat(store.check().problems()).isEmpty();
    frozen.fileSystem().close();
    user.fileSystem().close();
    store.close();
    byte[] foreign = bytes("no wrapped key at all");
    LostKeys.change(temporary.resolve("state"), root, 2, foreign);
    open();
    store.subvolumes().unlock(root, keys());
    assertThat(store.check().problems()).anyMatch(one -> one.text().contains("wrapped key"));
  }
}
