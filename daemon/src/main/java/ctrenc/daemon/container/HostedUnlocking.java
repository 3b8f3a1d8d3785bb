package ctrenc.daemon.container;

import ctrenc.crypto.protector.Protector;
import ctrenc.daemon.key.NamedKeys;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import ctrenc.overlay.subvolume.Subvolumes;
import ctrenc.overlay.subvolume.WrongSecretException;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/** Brings the keys of hosted roots into memory. Thread-safe. */
final class HostedUnlocking {

  private final Subvolumes subvolumes;
  private final RootMounter mounter;
  private final NamedKeys named;

  HostedUnlocking(Subvolumes subvolumes, RootMounter mounter, NamedKeys named) {
    this.subvolumes = subvolumes;
    this.mounter = mounter;
    this.named = named;
  }

  /** Does nothing where they are there. */
  void unlock(ManagedContainer handle, RootKey key) throws IOException {
    UUID root = handle.identity.subvolume();
    handle.guard.lock();
    try {
      if (key instanceof RootKey.Named(String name) && !isUnlocked(root)) {
        unlock(root, name);
      } else {
        mounter.unlock(handle);
      }
    } finally {
      handle.guard.unlock();
    }
  }

  private boolean isUnlocked(UUID root) {
    return subvolumes.find(root.toString()).map(SubvolumeInfo::unlocked).orElse(false);
  }

  private void unlock(UUID root, String name) throws IOException {
    try (Protector key = named.open(name)) {
      subvolumes.unlock(root, List.of(key));
    } catch (WrongSecretException e) {
      throw new RefusedException(
          RefusedException.Kind.CONFLICT,
          "The key "
              + name
              + " is another one than the snapshot was made under: put that one back in its place.",
          e);
    }
  }
}
