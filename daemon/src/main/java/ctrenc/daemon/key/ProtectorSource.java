package ctrenc.daemon.key;

import com.google.protobuf.ByteString;
import ctrenc.crypto.protector.KeyProviderProtector;
import ctrenc.crypto.protector.Protector;
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
 * What this machine can make protectors of: its own key, memory for secrets, key providers, and
 * keys that have names. Thread-safe.
 */
public record ProtectorSource(
    Protector machineKey, SecretMemory memory, KeyProviders providers, NamedKeys named) {

  /** What a machine with these settings has. */
  public static ProtectorSource of(Settings settings, Protector machineKey, SecretMemory memory) {
    return new ProtectorSource(
        machineKey,
        memory,
        new KeyProviders(settings.keyProviderConfig()),
        new NamedKeys(settings.keysDirectory(), memory));
  }

  /** Has a fresh secret wrapped. */
  Protector enrolled(KeyProvider wanted) throws IOException {
    byte[] secret = new byte[KeyProviderProtector.LENGTH];
    Entropy.system().fill(secret);
    try {
      byte[] wrapped =
          providers.find(wanted.getName()).wrap(secret, wanted.getParameters().toByteArray());
      if (wrapped.length == 0 || wrapped.length > KeyProviderProtector.MAX_WRAPPED) {
        throw RefusedException.conflict(
            "The key provider " + wanted.getName() + " made nothing of it, or too much.");
      }
      return protector(wanted.getName(), secret, wrapped);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /** Has unwrapped what the provider made for a root; several where it protects several ways. */
  List<Protector> opened(KeyProvider held, List<KeyProviderProtector.Wrapped> ofRoot)
      throws IOException {
    List<Protector> opened = new ArrayList<>();
    for (KeyProviderProtector.Wrapped wrapped : ofRoot) {
      if (wrapped.provider().equals(held.getName())) {
        opened.add(opened(held, wrapped));
      }
    }
    return opened;
  }

  private Protector opened(KeyProvider held, KeyProviderProtector.Wrapped wrapped)
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
    return new KeyProviderProtector(
        Secret.take(memory, secret), new KeyProviderProtector.Wrapped(name, wrapped));
  }
}
