package ctrenc.crypto.protector;

import java.util.Arrays;
import java.util.Optional;

/**
 * What is stored of one protector, and is public: how its holder's secret becomes a share. Its type
 * may be one that this release does not know.
 *
 * @param typeCode {@link ProtectorType#code}
 * @param parameters of the type's own layout
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
public record ProtectorSlot(byte typeCode, byte[] parameters) {

  /** Empty for a type of a newer release. */
  public Optional<ProtectorType> type() {
    return Arrays.stream(ProtectorType.values()).filter(this::is).findFirst();
  }

  boolean is(ProtectorType type) {
    return typeCode == type.code();
  }
}
