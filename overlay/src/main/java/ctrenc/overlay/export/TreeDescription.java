package ctrenc.overlay.export;

import ctrenc.overlay.storage.DamagedException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a stream is of: a root, and what of all that is nested in it comes with it.
 *
 * @param nested each after the one that it hangs in
 */
public record TreeDescription(RootDescription root, List<NestedDescription> nested) {

  /** Where something hangs: two at one are one too many. */
  private record Anchor(int parent, long inode) {}

  /** The root, then what is nested in it. */
  public List<RootDescription> all() {
    List<RootDescription> all = new ArrayList<>(List.of(root));
    nested.forEach(one -> all.add(one.subvolume()));
    return all;
  }

  /** Refuses what cannot hang together. */
  void check() throws DamagedException {
    Set<Anchor> anchors = new HashSet<>();
    Set<Integer> places = new HashSet<>();
    for (int i = 0; i < nested.size(); i++) {
      NestedDescription one = nested.get(i);
      boolean fits =
          one.parent() <= i
              && anchors.add(new Anchor(one.parent(), one.anchor()))
              && places.add(one.place());
      if (!fits) {
        throw new DamagedException("The nested subvolumes of the stream do not hang together.");
      }
    }
  }
}
