package ctrenc.daemon.key;

import com.google.protobuf.ByteString;
import ctrenc.crypto.MalformedException;
import ctrenc.crypto.protector.Argon2Cost;
import ctrenc.crypto.protector.KeyFileProtector;
import ctrenc.crypto.protector.PassphraseProtector;
import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.protector.ProtectorType;
import ctrenc.crypto.protector.RecipientProtector;
import ctrenc.crypto.protector.RecoveryKeyProtector;
import ctrenc.crypto.protector.WrappedSecretProtector;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.WrongSecretException;
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
  private final List<WrappedSecretProtector.Wrapped> sealedByTpm = new ArrayList<>();
  private Optional<byte[]> recoveryKey = Optional.empty();
  private Optional<RefusedException> problem = Optional.empty();

  private HeldProtectors(ProtectorSource source) {
    this.source = source;
    this.memory = source.memory();
  }

  /** What this machine has to open a root with, alone. */
  public static HeldProtectors ofMachine(
      List<WrappedSecretProtector.Wrapped> wrapped, ProtectorSource source) throws IOException {
    return toOpen(List.of(HeldProtector.newBuilder().setMachineKey(true).build()), wrapped, source);
  }

  /**
   * To open a root with; {@code wrapped} is what key providers and the TPM made for it. The TPM is
   * asked by {@link #open} alone, where nothing else opens it.
   */
  public static HeldProtectors toOpen(
      List<HeldProtector> held,
      List<WrappedSecretProtector.Wrapped> wrapped,
      ProtectorSource source)
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
      Optional<List<WrappedSecretProtector.Wrapped>> wrapped,
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

  private void add(HeldProtector held, Optional<List<WrappedSecretProtector.Wrapped>> wrapped)
      throws MalformedException, IOException {
    if (wrapped.isPresent()) {
      addToOpen(held, wrapped.get());
    } else {
      protectors.add(
          switch (held.getHeldCase()) {
            case KEY_PROVIDER -> source.enrolled(held.getKeyProvider());
            case TPM -> source.tpm().enrol();
            default -> protector(held, true);
          });
    }
  }

  private void addToOpen(HeldProtector held, List<WrappedSecretProtector.Wrapped> wrapped)
      throws MalformedException, IOException {
    switch (held.getHeldCase()) {
      case KEY_PROVIDER -> protectors.addAll(source.opened(held.getKeyProvider(), wrapped));
      case TPM -> addSealed(wrapped);
      case MACHINE_KEY -> {
        protectors.add(source.machineKey());
        addSealed(wrapped);
      }
      default -> protectors.add(protector(held, false));
    }
  }

  private void addSealed(List<WrappedSecretProtector.Wrapped> wrapped) {
    wrapped.stream()
        .filter(each -> each.type() == ProtectorType.TPM && !sealedByTpm.contains(each))
        .forEach(sealedByTpm::add);
  }

  /**
   * Has the TPM unseal what it sealed; true if it unsealed any. One that is silent is asked once.
   */
  private boolean unseal() {
    boolean isAny = false;
    for (WrappedSecretProtector.Wrapped each : sealedByTpm) {
      try {
        protectors.add(source.tpm().open(each));
        isAny = true;
      } catch (RefusedException e) {
        problem = Optional.of(problem.orElse(e));
        if (e.getCause() instanceof SilentTpmException) {
          break;
        }
      }
    }
    sealedByTpm.clear();
    return isAny;
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
      case KEY_PROVIDER, TPM, HELD_NOT_SET ->
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

  /** Why the TPM gave nothing, as a sentence, where it was asked and did not. */
  public Optional<String> problem() {
    return problem.map(RefusedException::getMessage);
  }

  /** What all of these are to open. */
  @FunctionalInterface
  public interface Opening {
    void with(List<Protector> protectors) throws IOException;
  }

  /**
   * Opens something, without the TPM if that can be. The caller holds no lock that others need: a
   * TPM may take its time.
   *
   * @throws WrongSecretException if none does; it says also why the TPM gave nothing, where it was
   *     asked
   */
  public void open(Opening opening) throws IOException {
    try {
      openByAny(opening);
    } catch (WrongSecretException e) {
      throw problem().map(why -> new WrongSecretException(e.getMessage() + " " + why)).orElse(e);
    }
  }

  /** The same; the {@link #problem} is for the caller to tell. */
  public void openByAny(Opening opening) throws IOException {
    try {
      opening.with(protectors());
    } catch (WrongSecretException e) {
      if (!unseal()) {
        throw e;
      }
      opening.with(protectors());
    }
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
