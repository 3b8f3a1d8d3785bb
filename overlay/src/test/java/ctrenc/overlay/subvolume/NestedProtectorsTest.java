package ctrenc.overlay.subvolume;

import static ctrenc.overlay.subvolume.NestedRoot.secret;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.protector.Protector;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nested subvolumes with protectors of their own: what opens them, and what does not. */
@Timeout(120)
class NestedProtectorsTest {

  @TempDir Path temporary;
  private NestedRoot nest;
  private UUID vault;
  private UUID inner;

  /** A root with a vault in it, and something in that; the vault has a secret of its own. */
  @BeforeEach
  void open() throws Exception {
    nest = new NestedRoot(temporary.resolve("state"));
    nest.create(NestedRoot.machineKey());
    nest.hidden().mkdir("/.ctr-enc/subvolumes/vault");
    nest.hidden().mkdir("/vault/.ctr-enc/subvolumes/inner");
    nest.hidden().mkdir("/.ctr-enc/subvolumes/plain");
    nest.user().put("/vault/f", "vault");
    nest.user().put("/vault/inner/f", "inner");
    nest.user().put("/plain/f", "plain");
    vault = id("/vault");
    inner = id("/vault/inner");
    protectors().add(vault, List.of(secret(1)));
  }

  @AfterEach
  void close() throws IOException {
    nest.close();
  }

  private UUID id(String path) throws Exception {
    return nest.hidden().idOf(path);
  }

  private Protectors protectors() {
    return nest.store().protectors();
  }

  private Subvolumes subvolumes() {
    return nest.store().subvolumes();
  }

  private void restart() throws IOException {
    nest.fileSystem().close();
    nest.restart();
    subvolumes().unlock(nest.root(), List.of(NestedRoot.machineKey()));
    nest.use();
  }

  private void isLocked(FileSystemUser user) throws Exception {
    refused(Errno.ENOKEY, () -> user.read("/vault/f"));
    refused(Errno.ENOKEY, () -> user.read("/vault/inner/f"));
    assertThat(user.stat("/vault").isDirectory()).isTrue();
    assertThat(user.text("/plain/f")).isEqualTo("plain");
  }

  private static void isOpen(FileSystemUser user) throws Exception {
    assertThat(user.text("/vault/f")).isEqualTo("vault");
    assertThat(user.text("/vault/inner/f")).isEqualTo("inner");
  }

  @Test
  void staysLockedAfterARestartUntilItsOwnSecretIsGiven() throws Exception {
    isOpen(nest.user());
    restart();
    isLocked(nest.user());
    assertThatThrownBy(() -> subvolumes().unlockNested(vault, List.of(secret(2))))
        .isInstanceOf(WrongSecretException.class);
    assertThatThrownBy(() -> subvolumes().unlockNested(vault, List.of(NestedRoot.machineKey())))
        .isInstanceOf(WrongSecretException.class);
    assertThatThrownBy(() -> subvolumes().unlockNested(inner, List.of(secret(1))))
        .isInstanceOf(KeyAbsentException.class)
        .hasMessageContaining(vault.toString());
    isLocked(nest.user());
    subvolumes().unlockNested(vault, List.of(secret(1)));
    isOpen(nest.user());
  }

  @Test
  void staysLockedWhenItsParentIsUnlockedAgain() throws Exception {
    nest.fileSystem().close();
    subvolumes().lock(nest.root());
    subvolumes().unlock(nest.root(), List.of(NestedRoot.machineKey()));
    nest.use();
    isLocked(nest.user());
    subvolumes().unlockNested(vault, List.of(secret(1)));
    subvolumes().lockNested(vault);
    assertThatThrownBy(() -> subvolumes().unlockNested(vault, List.of()))
        .isInstanceOf(WrongSecretException.class);
    isLocked(nest.user());
    subvolumes().unlockNested(vault, List.of(secret(1)));
    isOpen(nest.user());
  }

  @Test
  void nothingOfItsParentsIsLeftInItsKeyFile() throws Exception {
    byte[] stored = Files.readAllBytes(temporary.resolve("state/keys/" + vault));
    assertThat(new String(stored, 0, 4, StandardCharsets.US_ASCII)).isEqualTo("CEPG");
    assertThat(protectors().list(vault)).hasSize(1);
    assertThat(protectors().list(inner)).isEmpty();
  }

  @Test
  void itsProtectorsChangeAndTheLastLeavesItToItsParent() throws Exception {
    protectors().add(vault, List.of(secret(2)));
    protectors().replace(vault, 0, List.of(secret(3)));
    restart();
    assertThatThrownBy(() -> subvolumes().unlockNested(vault, List.of(secret(1))))
        .isInstanceOf(WrongSecretException.class);
    assertThatThrownBy(() -> protectors().add(vault, List.of(secret(4))))
        .isInstanceOf(KeyAbsentException.class);
    subvolumes().unlockNested(vault, List.of(secret(3)));
    protectors().remove(vault, 0);
    protectors().remove(vault, 0);
    assertThat(protectors().list(vault)).isEmpty();
    restart();
    isOpen(nest.user());
  }

  @Test
  void theLastIsNotRemovedWhileItIsLocked() throws Exception {
    restart();
    assertThatThrownBy(() -> protectors().remove(vault, 0)).isInstanceOf(KeyAbsentException.class);
    assertThat(protectors().list(vault)).hasSize(1);
    isLocked(nest.user());
  }

  @Test
  void oneThatNobodyUsedYetIsGivenProtectors() throws Exception {
    UUID plain = id("/plain");
    restart();
    protectors().add(plain, List.of(secret(5)));
    restart();
    refused(Errno.ENOKEY, () -> nest.user().read("/plain/f"));
    subvolumes().unlockNested(plain, List.of(secret(5)));
    assertThat(nest.user().text("/plain/f")).isEqualTo("plain");
  }

  @Test
  void snapshotsHoldItLockedOrNot() throws Exception {
    restart();
    UUID snapshot = nest.store().snapshots().createRecursive(nest.root(), "s").id();
    subvolumes().unlockNested(vault, List.of(secret(1)));
    nest.user().unlink("/vault/f");
    try (FileSystem frozen = nest.store().snapshots().open(snapshot)) {
      isOpen(new FileSystemUser(frozen));
      subvolumes().lockNested(vault);
      isLocked(new FileSystemUser(frozen));
    }
    nest.store().snapshots().remove(snapshot);
    subvolumes().unlockNested(vault, List.of(secret(1)));
    assertThat(nest.user().text("/vault/inner/f")).isEqualTo("inner");
  }

  @Test
  void aKeptForkHasItUnderTheSameSecretAlone() throws Exception {
    restart();
    UUID snapshot = nest.store().snapshots().createRecursive(nest.root(), "s").id();
    List<Protector> other = List.of(secret(9));
    UUID fork = nest.store().snapshots().fork(snapshot, "fork", other).id();
    FileSystemUser forked = new FileSystemUser(subvolumes().open(fork));
    isLocked(forked);
    UUID copy = protectedOf(fork);
    assertThatThrownBy(() -> subvolumes().unlockNested(copy, other))
        .isInstanceOf(WrongSecretException.class);
    subvolumes().unlockNested(copy, List.of(secret(1)));
    isOpen(forked);
    forked.put("/vault/f2", "of the fork");
    HiddenUser.root(forked.fileSystem()).mkdir("/vault/.ctr-enc/subvolumes/later");
    forked.put("/vault/later/f", "later");
    isLocked(nest.user());
    protectors().replace(copy, 0, List.of(secret(7)));
    subvolumes().unlockNested(vault, List.of(secret(1)));
    isOpen(nest.user());
    assertThat(nest.user().exists("/vault/f2")).isFalse();
    forked.fileSystem().close();
    outlivesWhatItCameFrom(fork, copy, other);
  }

  private void outlivesWhatItCameFrom(UUID fork, UUID copy, List<Protector> other)
      throws Exception {
    nest.hidden().rmdir("/.ctr-enc/subvolumes/vault");
    restart();
    subvolumes().unlock(fork, other);
    FileSystemUser again = new FileSystemUser(subvolumes().open(fork));
    isLocked(again);
    subvolumes().unlockNested(copy, List.of(secret(7)));
    isOpen(again);
    assertThat(again.text("/vault/later/f")).isEqualTo("later");
    again.fileSystem().close();
    subvolumes().destroy(fork);
  }

  private UUID protectedOf(UUID fork) throws IOException {
    for (Quotas.Holding one : subvolumes().quotas().holdings(fork)) {
      if (!one.id().equals(fork) && !protectors().list(one.id()).isEmpty()) {
        return one.id();
      }
    }
    throw new AssertionError("none of the fork has protectors");
  }

  @Test
  void aThrowawayForkNeedsItUnlocked() throws Exception {
    UUID snapshot = nest.store().snapshots().createRecursive(nest.root(), "s").id();
    UUID fork = nest.store().snapshots().fork(snapshot, "fork", List.of()).id();
    isOpen(new FileSystemUser(subvolumes().open(fork)));
    restart();
    assertThatThrownBy(() -> nest.store().snapshots().fork(snapshot, "again", List.of()))
        .isInstanceOf(KeyAbsentException.class);
  }

  @Test
  void itsInodesAreToldFromThoseOfOthers() throws Exception {
    var numbers = subvolumes().inodesOf(vault);
    assertThat(numbers.test(nest.user().inode("/vault/f"))).isTrue();
    assertThat(numbers.test(nest.user().inode("/vault/inner/f"))).isTrue();
    assertThat(numbers.test(nest.user().inode("/plain/f"))).isFalse();
    assertThat(numbers.test(nest.user().inode("/"))).isFalse();
  }
}
