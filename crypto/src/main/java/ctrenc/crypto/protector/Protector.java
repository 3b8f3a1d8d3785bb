package ctrenc.crypto.protector;

import ctrenc.crypto.CryptoException;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.wrap.Kek;
import java.util.List;
import java.util.UUID;

/**
 * What a person or machine holds to obtain a KEK, at hand and ready to use. A protector never wraps
 * the KEK itself: it contributes a share to the key of a {@link ProtectorGroup}, alone or with
 * others, so "one of these" and "all of these" are one mechanism.
 *
 * <p>Thread-safe. It holds a secret until {@link #close}.
 */
public sealed interface Protector extends AutoCloseable
    permits MachineKeyProtector,
        KeyFileProtector,
        PassphraseProtector,
        RecoveryKeyProtector,
        RecipientProtector,
        WrappedSecretProtector {

  ProtectorType type();

  /** A fresh slot for this protector, with its share. */
  Enrolment enrol(Entropy entropy);

  /** False if this is certainly not the protector of the slot. */
  boolean fits(ProtectorSlot slot);

  /**
   * The share of a slot that {@link #fits}; 32 bytes, the caller's to close.
   *
   * @throws ctrenc.crypto.MalformedException if the slot is damaged
   */
  Secret share(ProtectorSlot slot) throws CryptoException;

  @Override
  void close();

  /** The stored form of a KEK that this protector opens alone. */
  default byte[] wrap(Kek kek, Entropy entropy) {
    return ProtectorGroups.none(kek.subvolume()).with(kek, List.of(this), entropy).encode();
  }

  /**
   * Opens what {@link #wrap}, or any set of groups one of which asks for this protector alone, has
   * stored.
   *
   * @throws ctrenc.crypto.WrongKeyException if this protector does not open it
   */
  default Kek unwrap(UUID subvolume, byte[] stored) throws CryptoException {
    return ProtectorGroups.decode(subvolume, stored).unlock(List.of(this));
  }
}
