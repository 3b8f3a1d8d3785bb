package ctrenc.overlay.subvolume;

import ctrenc.overlay.extent.LayerFolder;
import ctrenc.overlay.layer.LayerRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Proves that nothing of a store is lost and nothing is left over. What it holds against the store:
 *
 * <ol>
 *   <li>every layer of a stack is in the catalog and alive
 *   <li>every layer is held by as many stacks as it counts, and by one at least
 *   <li>records, segment folders, trees and key files belong to what the catalog knows
 *   <li>every persistent subvolume has its key file
 *   <li>what is nested can be reached: see {@link NestCheck}
 *   <li>every extent with a place is referred to as often as it counts, and the other way round
 * </ol>
 *
 * Layers that are being made or removed meanwhile are passed over.
 */
final class StoreCheck {

  private final StoreParts parts;
  private final Catalog catalog;
  private final TreeFolder trees;
  private final ExtentCheck extents;
  private final List<CheckReport.Problem> problems = new ArrayList<>();
  private final NestCheck nests;

  StoreCheck(StackTools tools, TreeFolder trees, ExtentCheck extents) {
    this.parts = tools.parts();
    this.catalog = tools.catalog();
    this.nests = new NestCheck(tools, problems);
    this.trees = trees;
    this.extents = extents;
  }

  CheckReport run() throws IOException {
    catalog.look(
        () -> {
          checkStacks();
          checkOwners();
          nests.checkRecords();
        });
    nests.checkAnchors();
    ExtentCheck.Result counted = extents.run(problems);
    return new CheckReport(
        catalog.images().size(),
        catalog.subvolumes().size(),
        catalog.snapshots().size(),
        catalog.layers().size(),
        counted.extents(),
        counted.unread(),
        List.copyOf(problems));
  }

  private void checkStacks() {
    Map<Long, Integer> holders = new HashMap<>();
    catalog.images().forEach(image -> image.layers().forEach(one -> hold(holders, one)));
    catalog.subvolumes().forEach(one -> hold(holders, one.stack()));
    catalog.snapshots().forEach(one -> hold(holders, one.stack()));
    for (SnapshotRecord snapshot : catalog.snapshots()) {
      if (catalog.subvolume(snapshot.subvolume()).isEmpty()) {
        add("snapshot " + snapshot.id(), "Its subvolume is gone.");
      }
    }
    Set<Long> known = new HashSet<>();
    for (LayerRecord layer : catalog.layers()) {
      known.add(layer.number());
      int held = holders.getOrDefault(layer.number(), 0);
      if (held != layer.references() || (held == 0 && isAlive(layer))) {
        add(layer, "It is held by " + held + " stacks and counts " + layer.references() + ".");
      }
      if (held > 0 && !isAlive(layer)) {
        add(layer, "A stack holds it, although it is not alive.");
      }
    }
    holders.keySet().removeAll(known);
    holders.keySet().forEach(lost -> add("layer number " + lost, "A stack holds it; it is gone."));
  }

  private static void hold(Map<Long, Integer> holders, long layer) {
    holders.merge(layer, 1, Integer::sum);
  }

  private static void hold(Map<Long, Integer> holders, List<SubvolumeRecord.Level> stack) {
    stack.forEach(level -> hold(holders, level.layer()));
  }

  private static boolean isAlive(LayerRecord layer) {
    return layer.state() == LayerRecord.State.LIVE;
  }

  private void checkOwners() throws IOException {
    Set<Long> records = new HashSet<>(LayerRange.owners(parts.meta()));
    Set<LayerFolder> folders = new HashSet<>(parts.extents().layers());
    Set<String> missingTrees = new HashSet<>();
    for (LayerRecord layer : catalog.layers()) {
      records.remove(layer.number());
      folders.remove(layer.folder());
      if (layer.kind() == LayerRecord.Kind.IMAGE_TREES && isAlive(layer)) {
        missingTrees.addAll(layer.trees());
      }
    }
    records.forEach(owner -> add("layer number " + owner, "It has records and is unknown."));
    folders.forEach(owner -> add("layer " + owner.layer(), "It has segment files and is unknown."));
    missingTrees.removeAll(trees.names());
    missingTrees.forEach(tree -> add("tree " + tree, "An image needs it; it is gone."));
    checkKeyFiles();
  }

  private void checkKeyFiles() throws IOException {
    Set<String> files = new HashSet<>(parts.keySlots().names());
    for (SubvolumeRecord subvolume : catalog.subvolumes()) {
      boolean isThere = files.remove(subvolume.id().toString());
      if (!isThere && !subvolume.throwaway() && !subvolume.doomed()) {
        add("subvolume " + subvolume.id(), "The file that unlocks it is gone.");
      }
    }
    files.forEach(name -> add("key file " + name, "It belongs to no subvolume."));
  }

  private void add(LayerRecord layer, String text) {
    add("layer " + layer.id(), text);
  }

  private void add(String subject, String text) {
    problems.add(new CheckReport.Problem(subject, text));
  }
}
