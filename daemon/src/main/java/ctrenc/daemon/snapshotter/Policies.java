package ctrenc.daemon.snapshotter;

import ctrenc.daemon.refusal.RefusedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Says how snapshots are kept, by their keys, their labels and the daemon's settings. A label can
 * ask for more than the settings, never for less, and what is not understood is refused. Immutable.
 *
 * @param encryptsLayers image layers are encrypted, whatever labels say
 * @param throwawayAlone no label makes a container's key outlive the daemon
 */
record Policies(boolean encryptsLayers, boolean throwawayAlone) {

  /**
   * What containerd hands on from its clients begins so; labels that do not are dropped on the way.
   */
  private static final String HANDED_ON = "containerd.io/snapshot/";

  private static final String OURS = "ctr-enc.io/";
  private static final String LAYER = "layer";
  private static final String KEY = "key";
  private static final String ENCRYPT_LAYERS = "encrypt-layers";
  private static final String QUOTA = "quota";
  private static final Set<String> KNOWN = Set.of(LAYER, KEY, ENCRYPT_LAYERS, QUOTA);

  /** containerd puts this before the keys of its clients. */
  private static final Pattern NAMESPACE = Pattern.compile("^[^/]+/\\d+/");

  /** What layers are unpacked to is called so by containerd's clients. */
  private static final String UNPACKING = "extract-";

  private static final int LONGEST_LABEL = 4096;

  /** What labels ask for. */
  private record Wishes(boolean layer, boolean encryptedLayers, boolean machineKey) {}

  /**
   * @param isOnEncrypted it stands on a snapshot that is encrypted
   * @throws RefusedException if the labels ask for what is not known or not allowed
   */
  Policy of(String key, Map<String, String> labels, boolean isOnEncrypted) throws RefusedException {
    Wishes wishes = wishes(labels);
    boolean isLayer =
        wishes.layer() || NAMESPACE.matcher(key).replaceFirst("").startsWith(UNPACKING);
    boolean isEncryptedLayer = isLayer && (encryptsLayers || wishes.encryptedLayers());
    if (wishes.layer() && (isEncryptedLayer || isOnEncrypted)) {
      throw RefusedException.invalid(
          "The snapshot cannot be plain: it stands on an encrypted one, or layers are to be encrypted here.");
    }
    boolean isPlain = isLayer && !isEncryptedLayer && !isOnEncrypted;
    // A layer outlives whoever unpacks it.
    return new Policy(isPlain, isLayer || wishes.machineKey());
  }

  private Wishes wishes(Map<String, String> labels) throws RefusedException {
    Map<String, String> ours = ours(labels);
    if (ours.containsKey(QUOTA)) {
      throw RefusedException.invalid(
          "The label ctr-enc.io/quota is not supported by this release: leave it out.");
    }
    String key = choice(ours, KEY, "throwaway", List.of("throwaway", "machine"));
    if (throwawayAlone && !key.equals("throwaway")) {
      throw RefusedException.invalid(
          "The label ctr-enc.io/key asks for a key that outlives the daemon, which its settings forbid.");
    }
    String encrypt =
        choice(ours, ENCRYPT_LAYERS, String.valueOf(encryptsLayers), List.of("true", "false"));
    if (encryptsLayers && !encrypt.equals("true")) {
      throw RefusedException.invalid(
          "The label ctr-enc.io/encrypt-layers asks for plain layers, which the daemon's settings forbid.");
    }
    String layer = choice(ours, LAYER, "", List.of("", "plain"));
    return new Wishes(layer.equals("plain"), encrypt.equals("true"), key.equals("machine"));
  }

  private static String choice(
      Map<String, String> labels, String name, String otherwise, List<String> known)
      throws RefusedException {
    String value = labels.getOrDefault(name, otherwise);
    if (!known.contains(value)) {
      throw RefusedException.invalid(
          "The label ctr-enc.io/" + name + " has the value " + value + ", which is not known.");
    }
    return value;
  }

  /** The labels that are for us, by their names without what they begin with. */
  private static Map<String, String> ours(Map<String, String> labels) throws RefusedException {
    Map<String, String> ours = new HashMap<>();
    for (Map.Entry<String, String> label : labels.entrySet()) {
      String name = label.getKey();
      String inner = name.startsWith(HANDED_ON) ? name.substring(HANDED_ON.length()) : name;
      if (inner.startsWith(OURS)) {
        String own = inner.substring(OURS.length());
        String former = ours.put(own, label.getValue());
        if (!KNOWN.contains(own) || (former != null && !former.equals(label.getValue()))) {
          throw RefusedException.invalid(
              "The label " + name + " is not known, or given twice with different values.");
        }
      }
    }
    return ours;
  }

  /** Labels of a snapshot that is there: of a form that can be kept, and of known values. */
  void check(Map<String, String> labels) throws RefusedException {
    for (Map.Entry<String, String> label : labels.entrySet()) {
      if (label.getKey().length() + label.getValue().length() > LONGEST_LABEL) {
        throw RefusedException.invalid(
            "A label and its value have at most 4096 bytes together: shorten "
                + label.getKey().substring(0, Math.min(64, label.getKey().length()))
                + ".");
      }
    }
    wishes(labels);
  }
}
