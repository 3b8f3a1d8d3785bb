package ctrenc.daemon.snapshotter;

import ctrenc.daemon.config.Settings;
import ctrenc.daemon.container.RootKey;
import ctrenc.daemon.key.NamedKeys;
import ctrenc.daemon.refusal.RefusedException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Says how snapshots are kept, by their keys, their labels and the daemon's settings. A label can
 * ask for more than the settings, never for less, and what is not understood is refused. Immutable.
 *
 * @param encryptsLayers image layers are encrypted, whatever labels say
 * @param throwawayAlone no label makes a container's key outlive the daemon
 * @param quota the most bytes that a container may take; 0 for no limit
 * @param isKey whether there is a key of that name
 */
record Policies(
    boolean encryptsLayers, boolean throwawayAlone, long quota, Predicate<String> isKey) {

  /** containerd puts this before the keys of its clients. */
  private static final Pattern NAMESPACE = Pattern.compile("^[^/]+/\\d+/");

  /** What layers are unpacked to is called so by containerd's clients. */
  private static final String UNPACKING = "extract-";

  private static final int LONGEST_LABEL = 4096;

  static Policies of(Settings settings) {
    return new Policies(
        settings.encryptLayers(),
        settings.throwawayOnly(),
        settings.snapshotQuota(),
        name -> NamedKeys.isThere(settings.keysDirectory(), name));
  }

  /**
   * @param below what opens the encrypted snapshot that it stands on; empty where that is plain
   * @throws RefusedException if the labels ask for what is not known or not allowed
   */
  Policy of(String key, Map<String, String> labels, Optional<RootKey> below)
      throws RefusedException {
    Wishes wishes = allowed(labels);
    boolean isLayer = wishes.plain() || isUnpacked(key);
    if (!isLayer) {
      return encrypted(wishes.key().orElse(RootKey.THROWAWAY), wishes.quota().orElse(quota), below);
    }
    boolean isEncrypted =
        below.isPresent() || encryptsLayers || wishes.encryptedLayers().orElse(false);
    if (wishes.plain() && isEncrypted) {
      throw RefusedException.invalid(
          "The snapshot cannot be plain: it stands on an encrypted one, or layers are to be encrypted here.");
    }
    return isEncrypted ? encryptedLayer(wishes, below) : plainLayer(wishes);
  }

  /** Whether a key is that of an image's layer, which can be unpacked again. */
  static boolean isUnpacked(String key) {
    return NAMESPACE.matcher(key).replaceFirst("").startsWith(UNPACKING);
  }

  private static Policy encryptedLayer(Wishes wishes, Optional<RootKey> below)
      throws RefusedException {
    RootKey key = wishes.key().or(() -> below).orElse(RootKey.MACHINE);
    if (key instanceof RootKey.Throwaway) {
      throw RefusedException.invalid(
          "The label ctr-enc.io/key cannot be throwaway here: an image's layer outlives whoever unpacks it.");
    }
    return encrypted(key, wishes.quota().orElse(0L), below);
  }

  /** What a snapshot holds is read by whoever opens one that stands on it. */
  private static Policy encrypted(RootKey key, long quota, Optional<RootKey> below)
      throws RefusedException {
    if (below.isPresent() && below.get() instanceof RootKey.Named(String name)) {
      if (!(key instanceof RootKey.Throwaway) && !key.equals(below.get())) {
        throw RefusedException.invalid(
            "The label ctr-enc.io/key can be throwaway or "
                + name
                + " here, which is what the parent is kept under.");
      }
    }
    return new Policy.Encrypted(key, quota);
  }

  private static Policy plainLayer(Wishes wishes) throws RefusedException {
    if (wishes.mapping().isPresent()) {
      throw RefusedException.invalid(
          "The owners of an image's layer are not mapped: leave the labels for that to containers.");
    }
    if (wishes.key().isPresent() || wishes.quota().isPresent()) {
      throw RefusedException.invalid(
          "The labels ctr-enc.io/key and ctr-enc.io/quota are for what is encrypted, and this snapshot is plain: ask for ctr-enc.io/encrypt-layers too.");
    }
    return new Policy.Plain();
  }

  /** Labels of a snapshot that is there: of a form that can be kept, and of known values. */
  void check(Map<String, String> labels) throws RefusedException {
    requireShort(labels);
    allowed(labels);
  }

  /**
   * What a snapshot is kept by is said when it is made.
   *
   * @throws RefusedException if a label that says so changes
   */
  void requireUnchanged(Map<String, String> before, Map<String, String> after)
      throws RefusedException {
    requireShort(after);
    if (!Wishes.of(before).equals(Wishes.of(after))) {
      throw RefusedException.invalid(
          "How a snapshot is kept is said when it is made: leave the labels ctr-enc.io/... as they are.");
    }
  }

  private static void requireShort(Map<String, String> labels) throws RefusedException {
    for (Map.Entry<String, String> label : labels.entrySet()) {
      if (label.getKey().length() + label.getValue().length() > LONGEST_LABEL) {
        throw RefusedException.invalid(
            "A label and its value have at most 4096 bytes together: shorten "
                + label.getKey().substring(0, Math.min(64, label.getKey().length()))
                + ".");
      }
    }
  }

  private Wishes allowed(Map<String, String> labels) throws RefusedException {
    Wishes wishes = Wishes.of(labels);
    RootKey key = wishes.key().orElse(RootKey.THROWAWAY);
    if (key instanceof RootKey.Named(String name) && !isKey.test(name)) {
      throw Wishes.unknown("key", name);
    }
    if (throwawayAlone && !(key instanceof RootKey.Throwaway)) {
      throw RefusedException.invalid(
          "The label ctr-enc.io/key asks for a key that outlives the daemon, which its settings forbid.");
    }
    if (encryptsLayers && !wishes.encryptedLayers().orElse(true)) {
      throw RefusedException.invalid(
          "The label ctr-enc.io/encrypt-layers asks for plain layers, which the daemon's settings forbid.");
    }
    if (quota > 0 && wishes.quota().orElse(quota) > quota) {
      throw RefusedException.invalid(
          "The label ctr-enc.io/quota asks for more than the daemon's settings allow, which is "
              + quota
              + ".");
    }
    return wishes;
  }
}
