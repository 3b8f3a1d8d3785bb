package ctrenc.overlay.subvolume;

import ctrenc.crypto.CryptoException;
import ctrenc.crypto.UnsupportedVersionException;
import ctrenc.crypto.WrongKeyException;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.protector.ProtectorGroups;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.SecretClosedException;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.crypto.wrap.Kek;
import ctrenc.crypto.wrap.KeyWrapper;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.storage.KeyLostException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** The KEKs of unlocked subvolumes, in memory alone. Thread-safe. */
final class Keyring implements AutoCloseable {

  private final SecretMemory memory;
  private final Entropy entropy;
  private final KeyWrapper wrapper;
  private final UnaryOperator<UUID> owners;
  private final Map<UUID, Kek> keks = new ConcurrentHashMap<>();
  private volatile Runnable dropWatcher = () -> {};

  /**
   * @param owners the subvolume that another one's keys are bound to, itself as a rule
   */
  Keyring(SecretMemory memory, Entropy entropy, UnaryOperator<UUID> owners) {
    this.owners = owners;
    this.memory = memory;
    this.entropy = entropy;
    this.wrapper = new KeyWrapper(entropy);
  }

  /** Makes the KEK of a new subvolume. */
  void create(UUID subvolume) {
    keks.put(subvolume, Kek.random(memory, entropy, subvolume));
  }

  /** The KEK wrapped so that any one of the groups opens it. */
  byte[] protect(UUID subvolume, List<List<Protector>> anyOf) throws KeyAbsentException {
    ProtectorGroups groups = ProtectorGroups.none(owners.apply(subvolume));
    for (List<Protector> allOf : anyOf) {
      groups = extend(subvolume, groups, allOf);
    }
    return groups.encode();
  }

  /** One group more. */
  ProtectorGroups extend(UUID subvolume, ProtectorGroups groups, List<Protector> allOf)
      throws KeyAbsentException {
    try {
      return groups.with(kek(subvolume), allOf, entropy);
    } catch (SecretClosedException e) {
      throw locked(subvolume);
    }
  }

  /** One group in the place of another. */
  ProtectorGroups replace(UUID subvolume, ProtectorGroups groups, int group, List<Protector> allOf)
      throws KeyAbsentException {
    try {
      return groups.replacing(group, kek(subvolume), allOf, entropy);
    } catch (SecretClosedException e) {
      throw locked(subvolume);
    }
  }

  /** What unlocks a subvolume. */
  ProtectorGroups groups(UUID subvolume, byte[] stored) throws IOException {
    return decode(owners.apply(subvolume), stored);
  }

  /** The protectors of a subvolume, whose keys are bound to {@code subvolume} itself. */
  static ProtectorGroups decode(UUID subvolume, byte[] stored) throws IOException {
    try {
      return ProtectorGroups.decode(subvolume, stored);
    } catch (CryptoException e) {
      throw translated("The protectors of subvolume " + subvolume, e);
    }
  }

  /**
   * Brings a KEK into memory.
   *
   * @throws WrongSecretException if none of the protectors opens it
   */
  void unlock(UUID subvolume, byte[] stored, List<Protector> held) throws IOException {
    try {
      Kek kek = ProtectorGroups.decode(owners.apply(subvolume), stored).unlock(held);
      if (keks.putIfAbsent(subvolume, kek) != null) {
        kek.close();
      }
    } catch (WrongKeyException e) {
      throw new WrongSecretException(
          "None of the given protectors opens subvolume " + subvolume + ".");
    } catch (CryptoException e) {
      throw translated("The protectors of subvolume " + subvolume, e);
    }
  }

  /** The KEK of a nested subvolume under its parent's. */
  byte[] nested(UUID parent, UUID nested) throws KeyAbsentException {
    try {
      return wrapper.wrap(kek(parent), kek(nested));
    } catch (SecretClosedException e) {
      throw locked(parent);
    }
  }

  /** Brings the KEK of a nested subvolume into memory by its parent's. */
  void unlockNested(UUID parent, UUID nested, byte[] stored) throws IOException {
    try {
      Kek kek = KeyWrapper.unwrapNestedKek(kek(parent), owners.apply(nested), stored);
      if (keks.putIfAbsent(nested, kek) != null) {
        kek.close();
      }
    } catch (SecretClosedException e) {
      throw locked(parent);
    } catch (CryptoException e) {
      throw translated("The wrapped key of nested subvolume " + nested, e);
    }
  }

  /**
   * Proves without keys that what opens a nested subvolume, by its parent's KEK or not, is whole.
   */
  static void requireWholeNested(UUID nested, byte[] stored) throws IOException {
    if (ProtectorGroups.isBegunBy(stored)) {
      decode(nested, stored);
      return;
    }
    try {
      KeyWrapper.requireWholeNestedKek(stored);
    } catch (CryptoException e) {
      throw translated("The wrapped key of nested subvolume " + nested, e);
    }
  }

  boolean holds(UUID subvolume) {
    return keks.containsKey(subvolume);
  }

  /** A fresh key for a layer of a subvolume, wrapped; the key itself is in no memory afterwards. */
  byte[] newLayerKey(UUID subvolume, UUID layer) throws KeyAbsentException {
    try (LayerKey key = LayerKey.random(memory, entropy, layer)) {
      return wrapper.wrap(kek(subvolume), key);
    }
  }

  /** The key of a layer that one subvolume can unwrap, wrapped for another one as well. */
  byte[] rewrapped(UUID from, UUID to, UUID layer, byte[] wrapped) throws IOException {
    try (LayerKey key = layerKey(from, layer, wrapped)) {
      return wrapper.wrap(kek(to), key);
    }
  }

  /**
   * Unwraps the key of a layer, which the caller closes.
   *
   * @throws KeyLostException if what is stored of it is not what the KEK opens
   */
  LayerKey layerKey(UUID subvolume, UUID layer, byte[] wrapped) throws IOException {
    try {
      return KeyWrapper.unwrapLayerKey(kek(subvolume), layer, wrapped);
    } catch (SecretClosedException e) {
      throw locked(subvolume);
    } catch (UnsupportedVersionException e) {
      throw translated("The wrapped key of layer " + layer, e);
    } catch (CryptoException e) {
      throw new KeyLostException(
          "The wrapped key of layer " + layer + " cannot be opened: " + e.getMessage() + ".", e);
    }
  }

  /** Has {@code watcher} told each time that a KEK was wiped; it must not wait for anything. */
  void watchDrops(Runnable watcher) {
    dropWatcher = watcher;
  }

  /** Wipes a KEK. */
  void drop(UUID subvolume) {
    Kek kek = keks.remove(subvolume);
    if (kek != null) {
      kek.close();
      dropWatcher.run();
    }
  }

  @Override
  public void close() {
    keks.values().forEach(Kek::close);
    keks.clear();
  }

  private Kek kek(UUID subvolume) throws KeyAbsentException {
    Kek kek = keks.get(subvolume);
    if (kek == null) {
      throw locked(subvolume);
    }
    return kek;
  }

  static KeyAbsentException locked(UUID subvolume) {
    return new KeyAbsentException("Subvolume " + subvolume + " is locked; unlock it.");
  }

  private static IOException translated(String what, CryptoException failure) {
    return failure instanceof UnsupportedVersionException
        ? new FormatTooNewException(what + " were written by a newer release.", failure)
        : new DamagedException(what + " cannot be opened: " + failure.getMessage() + ".", failure);
  }
}
