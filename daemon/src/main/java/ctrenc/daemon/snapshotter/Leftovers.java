package ctrenc.daemon.snapshotter;

import ctrenc.daemon.container.HostedRoots;
import ctrenc.daemon.log.FactLog;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Removes what belongs to no snapshot: what a crash left of one that was made or removed. */
final class Leftovers {

  private static final FactLog LOG = FactLog.of(Leftovers.class);

  private final SnapshotTable table;
  private final PlainTrees trees;
  private final ChainImages images;
  private final HostedRoots roots;

  Leftovers(SnapshotTable table, PlainTrees trees, ChainImages images, HostedRoots roots) {
    this.table = table;
    this.trees = trees;
    this.images = images;
    this.roots = roots;
  }

  /** The numbers of all that is on the disk, of snapshots and of none. */
  static Set<Long> numbers(PlainTrees trees, ChainImages images, HostedRoots roots)
      throws IOException {
    Set<Long> numbers = trees.numbers();
    numbers.addAll(images.numbers());
    roots.all().keySet().forEach(name -> numbers.add(Long.parseLong(name)));
    return numbers;
  }

  /** What is found is listed before what is known, so that nothing that is made meanwhile is. */
  void remove() throws IOException {
    Map<String, UUID> foundRoots = roots.all();
    Set<Long> foundImages = images.numbers();
    Set<Long> foundTrees = trees.numbers();
    Set<Long> known = table.numbers();
    for (Map.Entry<String, UUID> root : foundRoots.entrySet()) {
      if (!known.contains(Long.parseLong(root.getKey()))) {
        roots.destroy(root.getValue());
        LOG.info("root of no snapshot is removed", "root", root.getValue());
      }
    }
    for (long image : without(foundImages, known)) {
      images.remove(image);
    }
    for (long tree : without(foundTrees, known)) {
      trees.remove(tree);
      LOG.info("tree of no snapshot is removed", "tree", tree);
    }
  }

  private static Set<Long> without(Set<Long> found, Set<Long> known) {
    Set<Long> rest = new HashSet<>(found);
    rest.removeAll(known);
    return rest;
  }
}
