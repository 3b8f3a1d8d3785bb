package ctrenc.overlay.subvolume;

import ctrenc.crypto.protector.KeyProviderProtector;
import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.protector.ProtectorGroups;
import ctrenc.crypto.protector.ProtectorType;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The protectors in a store's key files. Thread-safe. */
final class StoredProtectors implements Protectors {

  private final KeySlots slots;
  private final Keyring keyring;

  StoredProtectors(KeySlots slots, Keyring keyring) {
    this.slots = slots;
    this.keyring = keyring;
  }

  @Override
  public List<List<Optional<ProtectorType>>> list(UUID subvolume) throws IOException {
    return read(subvolume).describe();
  }

  @Override
  public List<KeyProviderProtector.Wrapped> wrappedByProviders(UUID subvolume) throws IOException {
    return read(subvolume).wrappedByProviders();
  }

  @Override
  public synchronized void add(UUID subvolume, List<Protector> allOf) throws IOException {
    write(subvolume, keyring.extend(subvolume, read(subvolume), allOf));
  }

  @Override
  public synchronized void replace(UUID subvolume, int group, List<Protector> allOf)
      throws IOException {
    write(subvolume, keyring.replace(subvolume, read(subvolume), group, allOf));
  }

  @Override
  public synchronized void remove(UUID subvolume, int group) throws IOException {
    write(subvolume, read(subvolume).without(group));
  }

  private ProtectorGroups read(UUID subvolume) throws IOException {
    return keyring.groups(subvolume, slots.read(subvolume));
  }

  private void write(UUID subvolume, ProtectorGroups groups) throws IOException {
    slots.write(subvolume, groups.encode());
  }
}
