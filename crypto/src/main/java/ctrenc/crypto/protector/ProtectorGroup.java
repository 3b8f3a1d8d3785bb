package ctrenc.crypto.protector;

import ctrenc.crypto.CryptoException;
import ctrenc.crypto.kdf.KeyDerivation;
import ctrenc.crypto.kdf.Purpose;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.RawKeyAccess;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.wrap.Kek;
import ctrenc.crypto.wrap.KeyWrapper;
import ctrenc.crypto.wrap.WrapKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Protectors all of which are needed, and the KEK wrapped under the key that their shares make
 * together.
 *
 * <pre>
 * group key = the first 32 bytes of purpose PROTECTOR, owner = subvolume, data = the members' stored form,
 *             under the shares one after another
 * </pre>
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
record ProtectorGroup(List<ProtectorSlot> members, byte[] wrappedKek) {

  static final int MAX_MEMBERS = 16;

  static ProtectorGroup of(Kek kek, List<Protector> allOf, Entropy entropy) {
    if (allOf.isEmpty() || allOf.size() > MAX_MEMBERS) {
      throw new IllegalArgumentException(
          "a group has 1 to " + MAX_MEMBERS + " protectors, not " + allOf.size());
    }
    List<Secret> shares = new ArrayList<>();
    List<ProtectorSlot> slots = new ArrayList<>();
    try {
      for (Protector protector : allOf) {
        Enrolment enrolment = protector.enrol(entropy);
        shares.add(enrolment.share());
        slots.add(enrolment.slot());
      }
      try (Kek groupKey = groupKey(shares, slots, kek.subvolume())) {
        byte[] wrapped =
            new KeyWrapper(entropy)
                .wrap(groupKey, WrapKind.PROTECTED_KEK, kek.subvolume(), new byte[0], kek.secret());
        return new ProtectorGroup(List.copyOf(slots), wrapped);
      }
    } finally {
      shares.forEach(Secret::close);
    }
  }

  /** Unwraps the KEK with the shares of all members, in their order. */
  Kek unwrap(List<Secret> shares, UUID subvolume) throws CryptoException {
    try (Kek groupKey = groupKey(shares, members, subvolume)) {
      return Kek.of(
          KeyWrapper.unwrap(groupKey, WrapKind.PROTECTED_KEK, subvolume, new byte[0], wrappedKek),
          subvolume);
    }
  }

  private static Kek groupKey(List<Secret> shares, List<ProtectorSlot> slots, UUID subvolume) {
    byte[] joined = new byte[shares.size() * RawKeyShare.SHARE];
    for (int i = 0; i < shares.size(); i++) {
      shares.get(i).copyTo(joined, i * RawKeyShare.SHARE, RawKeyAccess.grant());
    }
    try (Secret all = Secret.take(shares.getFirst().memory(), joined);
        KeyDerivation derivation = KeyDerivation.of(all, subvolume)) {
      ByteBuffer data = ByteBuffer.allocate(ProtectorGroups.membersLength(slots));
      ProtectorGroups.putMembers(data, slots);
      return Kek.of(
          derivation.deriveSecret(Purpose.PROTECTOR, data.array(), Kek.LENGTH), subvolume);
    }
  }
}
