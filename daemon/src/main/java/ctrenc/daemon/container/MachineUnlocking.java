package ctrenc.daemon.container;

import ctrenc.daemon.key.HeldProtectors;
import ctrenc.daemon.key.ProtectorSource;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.Protectors;
import ctrenc.overlay.subvolume.Subvolumes;
import ctrenc.overlay.subvolume.WrongSecretException;
import java.io.IOException;
import java.util.UUID;

/** Opens roots with what the machine has, where nobody brings a secret. Thread-safe. */
final class MachineUnlocking {

  private final Subvolumes subvolumes;
  private final Protectors protectors;
  private final ProtectorSource source;

  MachineUnlocking(Subvolumes subvolumes, Protectors protectors, ProtectorSource source) {
    this.subvolumes = subvolumes;
    this.protectors = protectors;
    this.source = source;
  }

  /**
   * Brings the keys into memory. The TPM may be asked, which takes its time: the caller holds no
   * guard.
   *
   * @param name what people call the root
   * @throws RefusedException if the machine alone does not open it
   */
  void unlock(UUID subvolume, String name) throws IOException {
    try (HeldProtectors held =
        HeldProtectors.ofMachine(protectors.wrappedSecrets(subvolume), source)) {
      try {
        held.openByAny(all -> subvolumes.unlock(subvolume, all));
      } catch (WrongSecretException e) {
        String why = held.problem().map(problem -> " " + problem).orElse("");
        throw new RefusedException(
            RefusedException.Kind.CONFLICT,
            "The root of %s is locked: open it with 'ctr-enc unlock %s'.%s"
                .formatted(name, name, why),
            e);
      }
    }
  }
}
