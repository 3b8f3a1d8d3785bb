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
 * @param snapshots earlier ones of the root, and of what is nested in it, each after the one that
 *     it is part of
 */
public record TreeDescription(
    RootDescription root, List<NestedDescription> nested, List<SnapshotDescription> snapshots) {

  /** Where something hangs: two at one are one too many. */
  private record Anchor(int parent, long inode) {}

  /** The root, then what is nested in it. */
  public List<RootDescription> all() {
    List<RootDescription> all = new ArrayList<>(List.of(root));
    nested.forEach(one -> all.add(one.subvolume()));
    return all;
  }

  /** Whose snapshot has which name: no two have the same. */
  private record Name(int of, String name) {}

  /** Refuses what cannot hang together. */
  public void check() throws DamagedException {
    checkNested();
    checkSnapshots();
  }

  private void checkSnapshots() throws DamagedException {
    List<RootDescription> owners = all();
    Set<Name> names = new HashSet<>();
    for (int i = 0; i < owners.size(); i++) {
      names.add(new Name(i, owners.get(i).snapshot()));
    }
    Set<Anchor> anchors = new HashSet<>();
    for (int i = 0; i < snapshots.size(); i++) {
      SnapshotDescription one = snapshots.get(i);
      boolean fits =
          one.of() < owners.size()
              && one.partOf() <= i
              && owners.get(one.of()).owner().equals(one.snapshot().owner())
              && names.add(new Name(one.of(), one.snapshot().snapshot()))
              && (one.partOf() == 0 || anchors.add(new Anchor(one.partOf(), one.anchor())));
      if (!fits) {
        throw new DamagedException("The snapshots of the stream do not hang together.");
      }
    }
  }

  private void checkNested() throws DamagedException {
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
