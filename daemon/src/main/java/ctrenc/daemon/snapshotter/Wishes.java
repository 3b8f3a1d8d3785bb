package ctrenc.daemon.snapshotter;

import ctrenc.daemon.container.RootKey;
import ctrenc.daemon.mounts.IdMapping;
import ctrenc.daemon.refusal.RefusedException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the labels of a snapshot ask for, each empty where no label does. What is not understood is
 * refused. Immutable.
 *
 * @param plain to be kept in clear
 * @param encryptedLayers whether a layer of an image is encrypted
 * @param key what opens it after a restart
 * @param quota the most bytes that it may take
 * @param mapping how a user namespace has the owners of its files
 */
record Wishes(
    boolean plain,
    Optional<Boolean> encryptedLayers,
    Optional<RootKey> key,
    Optional<Long> quota,
    Optional<IdMapping> mapping) {

  /**
   * What containerd hands on from its clients begins so; labels that do not are dropped on the way.
   */
  private static final String HANDED_ON = "containerd.io/snapshot/";

  private static final String USERS = HANDED_ON + "uidmapping";
  private static final String GROUPS = HANDED_ON + "gidmapping";

  private static final String OURS = "ctr-enc.io/";
  private static final String LAYER = "layer";
  private static final String KEY = "key";
  private static final String ENCRYPT_LAYERS = "encrypt-layers";
  private static final String QUOTA = "quota";
  private static final Set<String> KNOWN = Set.of(LAYER, KEY, ENCRYPT_LAYERS, QUOTA);
  private static final Pattern BYTES = Pattern.compile("[1-9]\\d{0,17}");

  static Wishes of(Map<String, String> labels) throws RefusedException {
    Map<String, String> ours = ours(labels);
    return new Wishes(
        plain(ours.get(LAYER)),
        encrypted(ours.get(ENCRYPT_LAYERS)),
        Optional.ofNullable(ours.get(KEY)).map(Wishes::key),
        quota(ours.get(QUOTA)),
        mapping(labels.get(USERS), labels.get(GROUPS)));
  }

  private static boolean plain(@Nullable String value) throws RefusedException {
    if (value != null && !value.equals("plain")) {
      throw unknown(LAYER, value);
    }
    return value != null;
  }

  private static Optional<Boolean> encrypted(@Nullable String value) throws RefusedException {
    if (value != null && !value.equals("true") && !value.equals("false")) {
      throw unknown(ENCRYPT_LAYERS, value);
    }
    return Optional.ofNullable(value).map(Boolean::valueOf);
  }

  private static RootKey key(String value) {
    return switch (value) {
      case "throwaway" -> RootKey.THROWAWAY;
      case "machine" -> RootKey.MACHINE;
      default -> new RootKey.Named(value);
    };
  }

  private static Optional<Long> quota(@Nullable String value) throws RefusedException {
    if (value != null && !BYTES.matcher(value).matches()) {
      throw unknown(QUOTA, value);
    }
    return Optional.ofNullable(value).map(Long::valueOf);
  }

  private static Optional<IdMapping> mapping(@Nullable String users, @Nullable String groups)
      throws RefusedException {
    if (users == null && groups == null) {
      return Optional.empty();
    }
    Optional<IdMapping> mapping =
        users == null || groups == null ? Optional.empty() : IdMapping.parse(users, groups);
    if (mapping.isEmpty()) {
      throw RefusedException.invalid(
          "The labels " + USERS + " and " + GROUPS + " go together, as INSIDE:OUTSIDE:COUNT.");
    }
    return mapping;
  }

  static RefusedException unknown(String label, String value) {
    return RefusedException.invalid(
        "The label ctr-enc.io/" + label + " has the value " + value + ", which is not known.");
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
}
