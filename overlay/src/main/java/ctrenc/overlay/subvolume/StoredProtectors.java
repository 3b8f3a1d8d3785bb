package ctrenc.overlay.subvolume;

import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.protector.ProtectorGroups;
import ctrenc.crypto.protector.ProtectorType;
import ctrenc.crypto.protector.WrappedSecretProtector;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The protectors in a store's key files. Thread-safe. */
final class StoredProtectors implements Protectors {

  private final KeySlots slots;
  private final Keyring keyring;
  private final NestCatalog nests;
  private final NestedSubvolumes nested;

  StoredProtectors(KeySlots slots, Keyring keyring, NestCatalog nests, NestedSubvolumes nested) {
    this.slots = slots;
    this.keyring = keyring;
    this.nests = nests;
    this.nested = nested;
  }

  @Override
  public List<List<Optional<ProtectorType>>> list(UUID subvolume) throws IOException {
    return read(subvolume).describe();
  }

  @Override
  public List<WrappedSecretProtector.Wrapped> wrappedSecrets(UUID subvolume) throws IOException {
    return read(subvolume).wrappedSecrets();
  }

  @Override
  public synchronized void add(UUID subvolume, List<Protector> allOf) throws IOException {
    open(subvolume);
    write(subvolume, keyring.extend(subvolume, read(subvolume), allOf));
  }

  @Override
  public synchronized void replace(UUID subvolume, int group, List<Protector> allOf)
      throws IOException {
    open(subvolume);
    write(subvolume, keyring.replace(subvolume, read(subvolume), group, allOf));
  }

  @Override
  public synchronized void remove(UUID subvolume, int group) throws IOException {
    ProtectorGroups left = read(subvolume).without(group);
    Optional<NestRecord> nest = nests.find(subvolume);
    if (nest.isPresent() && left.describe().isEmpty()) {
      open(subvolume);
      open(nest.get().parent());
      slots.write(subvolume, keyring.nested(nest.get().parent(), subvolume));
    } else {
      write(subvolume, left);
    }
  }

  /** A nested one's KEK may not be in memory yet, although what it is nested in is unlocked. */
  private void open(UUID subvolume) throws IOException {
    if (nests.find(subvolume).isPresent()) {
      nested.unlock(subvolume);
    }
  }

  private ProtectorGroups read(UUID subvolume) throws IOException {
    byte[] stored = slots.read(subvolume);
    boolean opensWithParent =
        nests.find(subvolume).isPresent() && !ProtectorGroups.isBegunBy(stored);
    return keyring.groups(
        subvolume, opensWithParent ? keyring.protect(subvolume, List.of()) : stored);
  }

  private void write(UUID subvolume, ProtectorGroups groups) throws IOException {
    slots.write(subvolume, groups.encode());
  }

  @Override
  public void watchKeys(Runnable watcher) {
    keyring.watchDrops(watcher);
  }
}
