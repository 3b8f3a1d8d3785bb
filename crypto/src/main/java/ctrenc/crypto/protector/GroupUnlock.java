package ctrenc.crypto.protector;

import ctrenc.crypto.CryptoException;
import ctrenc.crypto.WrongKeyException;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.wrap.Kek;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One attempt to open a group. For each member it tries the held protectors that may be its own;
 * only passphrases cannot be told apart beforehand, so only they are tried in turn.
 */
final class GroupUnlock {

  private final ProtectorGroup group;
  private final UUID subvolume;
  private final List<? extends Protector> held;
  private final Deque<Secret> shares = new ArrayDeque<>();

  GroupUnlock(ProtectorGroup group, UUID subvolume, List<? extends Protector> held) {
    this.group = group;
    this.subvolume = subvolume;
    this.held = held;
  }

  Optional<Kek> attempt() throws CryptoException {
    // A passphrase is dear to stretch, so first see whether each member has anybody at all.
    for (ProtectorSlot slot : group.members()) {
      if (held.stream().noneMatch(protector -> protector.fits(slot))) {
        return Optional.empty();
      }
    }
    return completeFrom(0);
  }

  private Optional<Kek> completeFrom(int member) throws CryptoException {
    if (member == group.members().size()) {
      return unwrap();
    }
    ProtectorSlot slot = group.members().get(member);
    for (Protector protector : held) {
      if (protector.fits(slot)) {
        Optional<Kek> kek = completeWith(protector.share(slot), member);
        if (kek.isPresent()) {
          return kek;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Kek> completeWith(Secret share, int member) throws CryptoException {
    try (share) {
      shares.addLast(share);
      return completeFrom(member + 1);
    } finally {
      shares.removeLast();
    }
  }

  private Optional<Kek> unwrap() throws CryptoException {
    try {
      return Optional.of(group.unwrap(List.copyOf(shares), subvolume));
    } catch (WrongKeyException notTheirs) {
      return Optional.empty();
    }
  }
}
