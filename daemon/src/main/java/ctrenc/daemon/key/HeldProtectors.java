package ctrenc.daemon.key;

import com.google.protobuf.ByteString;
import ctrenc.crypto.MalformedException;
import ctrenc.crypto.protector.Argon2Cost;
import ctrenc.crypto.protector.KeyFileProtector;
import ctrenc.crypto.protector.KeyProviderProtector;
import ctrenc.crypto.protector.PassphraseProtector;
import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.protector.RecipientProtector;
import ctrenc.crypto.protector.RecoveryKeyProtector;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.proto.v1.HeldProtector;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a caller brought to open a root, or wants to open it by, as protectors; their secrets end
 * with this. Not thread-safe.
 */
public final class HeldProtectors implements AutoCloseable {

  private final ProtectorSource source;
  private final SecretMemory memory;
  private final List<Protector> protectors = new ArrayList<>();
  private Optional<byte[]> recoveryKey = Optional.empty();

  private HeldProtectors(ProtectorSource source) {
    this.source = source;
    this.memory = source.memory();
  }

  /** To open a root with; {@code wrapped} is what key providers made for it. */
  public static HeldProtectors toOpen(
      List<HeldProtector> held, List<KeyProviderProtector.Wrapped> wrapped, ProtectorSource source)
      throws IOException {
    return of(held, Optional.of(wrapped), source);
  }

  /** To open a root by from now on: recipients are public keys, a recovery key is made. */
  public static HeldProtectors toEnrol(List<HeldProtector> wanted, ProtectorSource source)
      throws IOException {
    return of(wanted, Optional.empty(), source);
  }

  private static HeldProtectors of(
      List<HeldProtector> held,
      Optional<List<KeyProviderProtector.Wrapped>> wrapped,
      ProtectorSource source)
      throws IOException {
    HeldProtectors made = new HeldProtectors(source);
    boolean isWhole = false;
    try {
      for (HeldProtector each : held) {
        made.add(each, wrapped);
      }
      isWhole = true;
      return made;
    } catch (MalformedException e) {
      throw RefusedException.invalid("What was given cannot be used: " + e.getMessage() + ".");
    } finally {
      if (!isWhole) {
        made.close();
      }
    }
  }

  private void add(HeldProtector held, Optional<List<KeyProviderProtector.Wrapped>> wrapped)
      throws MalformedException, IOException {
    if (!held.hasKeyProvider()) {
      protectors.add(protector(held, wrapped.isEmpty()));
    } else if (wrapped.isEmpty()) {
      protectors.add(source.enrolled(held.getKeyProvider()));
    } else {
      protectors.addAll(source.opened(held.getKeyProvider(), wrapped.get()));
    }
  }

  private Protector protector(HeldProtector held, boolean isNew)
      throws MalformedException, RefusedException {
    return switch (held.getHeldCase()) {
      case MACHINE_KEY -> source.machineKey();
      case PASSPHRASE ->
          new PassphraseProtector(secret(held.getPassphrase(), 1), Argon2Cost.STANDARD);
      case KEY_FILE -> new KeyFileProtector(secret(held.getKeyFile(), KeyFileProtector.MIN_LENGTH));
      case RECOVERY_KEY -> isNew ? newRecoveryKey() : recoveryKey(held.getRecoveryKey());
      case RECIPIENT -> recipient(held.getRecipient(), isNew);
      case KEY_PROVIDER, HELD_NOT_SET ->
          throw RefusedException.invalid("A protector of a kind that this release does not know.");
    };
  }

  private Secret secret(ByteString given, int least) throws RefusedException {
    if (given.size() < least || given.size() > SecretMemory.MAX_SIZE) {
      throw RefusedException.invalid(
          "A passphrase has 1 to %d bytes, and a key file %d to %d: give another."
              .formatted(
                  SecretMemory.MAX_SIZE, KeyFileProtector.MIN_LENGTH, SecretMemory.MAX_SIZE));
    }
    return Secret.take(memory, given.toByteArray());
  }

  private Protector newRecoveryKey() {
    RecoveryKeyProtector made = RecoveryKeyProtector.random(memory, Entropy.system());
    recoveryKey = Optional.of(made.text());
    return made;
  }

  private Protector recoveryKey(ByteString given) throws MalformedException {
    byte[] text = given.toByteArray();
    try {
      return RecoveryKeyProtector.read(memory, text);
    } finally {
      Arrays.fill(text, (byte) 0);
    }
  }

  private Protector recipient(ByteString given, boolean isNew) throws MalformedException {
    byte[] pem = given.toByteArray();
    try {
      return isNew
          ? RecipientProtector.recipient(memory, pem)
          : RecipientProtector.identity(memory, pem);
    } finally {
      Arrays.fill(pem, (byte) 0);
    }
  }

  public List<Protector> protectors() {
    return List.copyOf(protectors);
  }

  /** What was made, to be shown once. */
  public Optional<byte[]> recoveryKey() {
    return recoveryKey;
  }

  @Override
  public void close() {
    protectors.stream()
        .filter(protector -> protector != source.machineKey())
        .forEach(Protector::close);
  }
}
