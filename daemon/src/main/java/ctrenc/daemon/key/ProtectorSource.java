package ctrenc.daemon.key;

import com.google.protobuf.ByteString;
import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.protector.ProtectorType;
import ctrenc.crypto.protector.WrappedSecretProtector;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.daemon.config.Settings;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.proto.v1.KeyProvider;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What this machine can make protectors of: its own key, memory for secrets, key providers, keys
 * that have names, and a TPM. Thread-safe.
 */
public record ProtectorSource(
    Protector machineKey,
    SecretMemory memory,
    KeyProviders providers,
    NamedKeys named,
    TpmKeys tpm) {

  /** What a machine with these settings has. */
  public static ProtectorSource of(Settings settings, Protector machineKey, SecretMemory memory) {
    return new ProtectorSource(
        machineKey,
        memory,
        new KeyProviders(settings.keyProviderConfig()),
        new NamedKeys(settings.keysDirectory(), memory),
        new TpmKeys(settings.tpm(), settings.tpmPatience(), memory));
  }

  /** Has a fresh secret wrapped. */
  Protector enrolled(KeyProvider wanted) throws IOException {
    byte[] secret = new byte[WrappedSecretProtector.LENGTH];
    Entropy.system().fill(secret);
    try {
      byte[] wrapped =
          providers.find(wanted.getName()).wrap(secret, wanted.getParameters().toByteArray());
      if (wrapped.length == 0 || wrapped.length > WrappedSecretProtector.MAX_WRAPPED) {
        throw RefusedException.conflict(
            "The key provider " + wanted.getName() + " made nothing of it, or too much.");
      }
      return protector(wanted.getName(), secret, wrapped);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /** Has unwrapped what the provider made for a root; several where it protects several ways. */
  List<Protector> opened(KeyProvider held, List<WrappedSecretProtector.Wrapped> ofRoot)
      throws IOException {
    List<Protector> opened = new ArrayList<>();
    for (WrappedSecretProtector.Wrapped wrapped : ofRoot) {
      if (wrapped.type() == ProtectorType.KEY_PROVIDER
          && wrapped.provider().equals(held.getName())) {
        opened.add(opened(held, wrapped));
      }
    }
    return opened;
  }

  private Protector opened(KeyProvider held, WrappedSecretProtector.Wrapped wrapped)
      throws IOException {
    ByteString parameters = held.getParameters();
    byte[] secret =
        providers.find(held.getName()).unwrap(wrapped.bytes(), parameters.toByteArray());
    try {
      return protector(held.getName(), secret, wrapped.bytes());
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private Protector protector(String name, byte[] secret, byte[] wrapped) throws RefusedException {
    if (secret.length == 0 || secret.length > SecretMemory.MAX_SIZE) {
      throw RefusedException.conflict("The key provider " + name + " gave no secret.");
    }
    return new WrappedSecretProtector(
        Secret.take(memory, secret), WrappedSecretProtector.Wrapped.byProvider(name, wrapped));
  }
}
