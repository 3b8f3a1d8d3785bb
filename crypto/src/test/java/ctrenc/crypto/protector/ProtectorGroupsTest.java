package ctrenc.crypto.protector;

import static ctrenc.crypto.Fixtures.SUBVOLUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.CryptoException;
import ctrenc.crypto.Fixtures;
import ctrenc.crypto.MalformedException;
import ctrenc.crypto.UnsupportedVersionException;
import ctrenc.crypto.WrongKeyException;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.wrap.Kek;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class ProtectorGroupsTest {

  private static final Argon2Cost CHEAP = new Argon2Cost(64, 1, 1);

  private final Entropy entropy = Entropy.system();
  private final Kek kek = Fixtures.kek();
  private final Protector machine = new MachineKeyProtector(Fixtures.secret(1, 32));
  private final Protector otherMachine = new MachineKeyProtector(Fixtures.secret(2, 32));
  private final Protector file = new KeyFileProtector(Fixtures.secret(1, 200));
  private final Protector passphrase = passphrase("correct horse");
  private final Protector wrongPassphrase = passphrase("battery staple");

  private static Protector passphrase(String text) {
    return new PassphraseProtector(
        Secret.take(Fixtures.MEMORY, text.getBytes(StandardCharsets.UTF_8)), CHEAP);
  }

  private ProtectorGroups groups(List<Protector> first, List<Protector> second)
      throws CryptoException {
    ProtectorGroups groups =
        ProtectorGroups.none(SUBVOLUME).with(kek, first, entropy).with(kek, second, entropy);
    return ProtectorGroups.decode(SUBVOLUME, groups.encode());
  }

  private void assertOpens(ProtectorGroups groups, Protector... held) throws CryptoException {
    try (Kek opened = groups.unlock(List.of(held))) {
      assertThat(opened.keyId()).isEqualTo(kek.keyId());
      assertThat(opened.secret().matches(kek.secret())).isTrue();
    }
  }

  private static void assertStaysShut(ProtectorGroups groups, Protector... held) {
    assertThatThrownBy(() -> groups.unlock(List.of(held))).isInstanceOf(WrongKeyException.class);
  }

  @Test
  void eachKindOpensAloneWhatItWrapped() throws CryptoException {
    for (Protector protector : List.of(machine, file, passphrase)) {
      byte[] stored = protector.wrap(kek, entropy);
      try (Kek opened = protector.unwrap(SUBVOLUME, stored)) {
        assertThat(opened.keyId()).as(protector.type().name()).isEqualTo(kek.keyId());
      }
      for (Protector other : List.of(machine, file, passphrase, otherMachine, wrongPassphrase)) {
        if (other != protector) {
          assertThatThrownBy(() -> other.unwrap(SUBVOLUME, stored))
              .isInstanceOf(WrongKeyException.class);
        }
      }
    }
  }

  @Test
  void aMachineKeyIsNoKeyFileOfTheSameBytes() {
    byte[] stored = machine.wrap(kek, entropy);
    assertThatThrownBy(() -> new KeyFileProtector(Fixtures.secret(1, 32)).unwrap(SUBVOLUME, stored))
        .isInstanceOf(WrongKeyException.class);
  }

  @Test
  void anyGroupOpensAndAllItsMembersAreNeeded() throws CryptoException {
    ProtectorGroups groups = groups(List.of(machine, passphrase), List.of(file));
    assertOpens(groups, file);
    assertOpens(groups, machine, passphrase);
    assertOpens(groups, passphrase, machine);
    assertOpens(groups, wrongPassphrase, otherMachine, passphrase, machine);
    assertStaysShut(groups, machine);
    assertStaysShut(groups, passphrase);
    assertStaysShut(groups, otherMachine, passphrase);
    assertStaysShut(groups, machine, wrongPassphrase);
    assertStaysShut(groups);
  }

  @Test
  void aGroupMayAskForTwoPassphrases() throws CryptoException {
    ProtectorGroups groups = groups(List.of(passphrase, wrongPassphrase), List.of(file));
    assertOpens(groups, passphrase, wrongPassphrase);
    assertOpens(groups, wrongPassphrase, passphrase);
    assertStaysShut(groups, passphrase, passphrase);
  }

  @Test
  void aRemovedGroupOpensNoMore() throws CryptoException {
    ProtectorGroups groups = groups(List.of(machine), List.of(passphrase));
    assertThat(groups.describe())
        .containsExactly(
            List.of(Optional.of(ProtectorType.MACHINE_KEY)),
            List.of(Optional.of(ProtectorType.PASSPHRASE)));
    ProtectorGroups left = groups.without(0);
    assertStaysShut(left, machine);
    assertOpens(left, passphrase);
    assertStaysShut(left.without(0), machine, passphrase);
  }

  @Test
  void anotherSubvolumesGroupsStayShut() throws CryptoException {
    byte[] stored = groups(List.of(machine), List.of(passphrase)).encode();
    assertStaysShut(ProtectorGroups.decode(UUID.randomUUID(), stored), machine, passphrase);
  }

  @Test
  void everyFlippedBitIsRefused() throws CryptoException {
    byte[] stored = groups(List.of(machine, passphrase), List.of(file)).encode();
    for (int bit = 0; bit < stored.length * 8; bit++) {
      byte[] damaged = Fixtures.flipped(stored, bit);
      assertThatThrownBy(() -> ProtectorGroups.decode(SUBVOLUME, damaged))
          .isInstanceOfAny(MalformedException.class, UnsupportedVersionException.class);
    }
  }

  @Test
  void everyForgedBitOpensNothingElse() {
    byte[] stored = machine.wrap(kek, entropy);
    for (int bit = 5 * 8; bit < (stored.length - 4) * 8; bit++) {
      byte[] forged = withChecksum(Fixtures.flipped(stored, bit));
      assertThatThrownBy(() -> machine.unwrap(SUBVOLUME, forged))
          .as("bit %d", bit)
          .isInstanceOf(CryptoException.class);
    }
  }

  @Test
  void everyTruncationIsRefused() throws CryptoException {
    byte[] stored = groups(List.of(machine, passphrase), List.of(file)).encode();
    for (int length = 0; length < stored.length; length++) {
      byte[] truncated = Arrays.copyOf(stored, length);
      assertThatThrownBy(() -> ProtectorGroups.decode(SUBVOLUME, truncated))
          .isInstanceOf(MalformedException.class);
      if (length > 10) {
        byte[] forged = withChecksum(truncated);
        assertThatThrownBy(() -> ProtectorGroups.decode(SUBVOLUME, forged))
            .isInstanceOf(MalformedException.class);
      }
    }
  }

  @Test
  void aTypeOfANewerReleaseIsToldApartAndDoesNotBarOtherGroups() throws CryptoException {
    byte[] stored = machine.wrap(kek, entropy);
    stored[7] = 99;
    ProtectorGroups newer = ProtectorGroups.decode(SUBVOLUME, withChecksum(stored));
    assertThat(newer.describe()).containsExactly(List.of(Optional.empty()));
    assertThatThrownBy(() -> newer.unlock(List.of(machine)))
        .isInstanceOf(UnsupportedVersionException.class);
    assertOpens(newer.with(kek, List.of(file), entropy), machine, file);
  }

  @Test
  void aForgedPassphraseCostCannotExhaustTheDaemon() throws CryptoException {
    byte[] stored = passphrase.wrap(kek, entropy);
    ByteBuffer.wrap(stored).putInt(10, Integer.MAX_VALUE);
    ProtectorGroups forged = ProtectorGroups.decode(SUBVOLUME, withChecksum(stored));
    assertThatThrownBy(() -> forged.unlock(List.of(passphrase)))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> new Argon2Cost(7, 1, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Argon2Cost(64, 0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Argon2Cost(64, 1, 65))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void keysThatAreTooShortAreNoProtectors() {
    assertThatThrownBy(() -> new MachineKeyProtector(Fixtures.secret(1, 31)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new MachineKeyProtector(Fixtures.secret(1, 33)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new KeyFileProtector(Fixtures.secret(1, 31)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ProtectorGroups.none(SUBVOLUME).with(kek, List.of(), entropy))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> ProtectorGroups.none(UUID.randomUUID()).with(kek, List.of(machine), entropy))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static byte[] withChecksum(byte[] record) {
    CRC32C crc = new CRC32C();
    crc.update(record, 0, record.length - 4);
    return ByteBuffer.wrap(record.clone()).putInt(record.length - 4, (int) crc.getValue()).array();
  }
}
