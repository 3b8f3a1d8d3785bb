package ctrenc.daemon.snapshotter;

import ctrenc.daemon.refusal.RefusedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What an update changes of labels. Stateless. */
final class LabelMask {

  private static final String ALL = "labels";
  private static final String ONE = "labels.";

  private LabelMask() {}

  /**
   * The labels after a change: for {@code labels.KEY} that one, which goes where it has no new
   * value; for {@code labels}, or no path, all of them.
   *
   * @throws RefusedException if a path names anything else
   */
  static Map<String, String> apply(
      Map<String, String> before, Map<String, String> wanted, List<String> paths)
      throws RefusedException {
    Map<String, String> after = new HashMap<>(paths.isEmpty() ? wanted : before);
    for (String path : paths) {
      if (path.equals(ALL)) {
        after = new HashMap<>(wanted);
      } else if (path.startsWith(ONE) && path.length() > ONE.length()) {
        String label = path.substring(ONE.length());
        if (wanted.containsKey(label)) {
          after.put(label, wanted.get(label));
        } else {
          after.remove(label);
        }
      } else {
        throw RefusedException.invalid(
            "Of a snapshot only labels can be changed, not " + path + ".");
      }
    }
    return after;
  }
}
