package ctrenc.overlay.subvolume;

import java.util.ArrayList;
import java.util.List;

/** The stacks of a catalog. Stateless. */
final class Levels {

  private Levels() {}

  /** The levels of a subvolume and of its snapshots; a layer may come several times. */
  static List<SubvolumeRecord.Level> of(Catalog catalog, SubvolumeRecord subvolume) {
    List<SubvolumeRecord.Level> levels = new ArrayList<>();
    stacks(catalog, subvolume).forEach(levels::addAll);
    return levels;
  }

  /** The stack of a subvolume, and those of its snapshots. */
  static List<List<SubvolumeRecord.Level>> stacks(Catalog catalog, SubvolumeRecord subvolume) {
    List<List<SubvolumeRecord.Level>> stacks = new ArrayList<>();
    stacks.add(subvolume.stack());
    catalog.snapshotsOf(subvolume.id()).forEach(one -> stacks.add(one.stack()));
    return stacks;
  }

  /** All stacks there are. */
  static List<List<SubvolumeRecord.Level>> stacks(Catalog catalog) {
    List<List<SubvolumeRecord.Level>> stacks = new ArrayList<>();
    catalog.living().forEach(one -> stacks.addAll(stacks(catalog, one)));
    return stacks;
  }

  /** The layers under one, in whichever stack it is. */
  static List<Long> below(Catalog catalog, long layer) {
    for (List<SubvolumeRecord.Level> stack : stacks(catalog)) {
      List<Long> numbers = stack.stream().map(SubvolumeRecord.Level::layer).toList();
      int index = numbers.indexOf(layer);
      if (index >= 0) {
        return numbers.subList(index + 1, numbers.size());
      }
    }
    return List.of();
  }
}
