package ctrenc.overlay.export;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where the objects of a stack lie in a backup: by the inode numbers of the directories above them,
 * because their names are sealed. An object's place is where the topmost layer has it that has it
 * in a directory. Not thread-safe.
 */
final class ObjectTree {

  static final String OBJECTS = "objects/";

  private static final String NAMELESS = "nameless/";
  private static final String WHITEOUT = "whiteout-";
  private static final long ROOT = 1;

  /** An entry of a sealed layer. */
  @SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
  record Named(LayerObjects layer, long parent, byte[] key) {}

  private final Map<Long, List<Named>> names = new HashMap<>();
  private final List<Named> whiteouts = new ArrayList<>();
  private final Map<Long, Long> parents = new HashMap<>();
  private final Set<Long> objects = new TreeSet<>();

  /**
   * @param layers top first
   */
  ObjectTree(List<LayerObjects> layers) throws IOException {
    for (LayerObjects layer : layers) {
      if (layer.isSealed()) {
        objects.addAll(layer.inodes());
        layer.entries((parent, child, key) -> name(child, new Named(layer, parent, key)));
      }
    }
    objects.addAll(names.keySet());
    placeInImage(layers.stream().filter(layer -> !layer.isSealed()).toList());
  }

  private void name(long child, Named named) {
    if (child == 0) {
      whiteouts.add(named);
    } else {
      names.computeIfAbsent(child, first -> new ArrayList<>(1)).add(named);
      parents.putIfAbsent(child, named.parent());
    }
  }

  /** Finds what an image has above the objects, a directory further up at each look. */
  private void placeInImage(List<LayerObjects> images) throws IOException {
    Set<Long> wanted = new HashSet<>(objects);
    parents.values().forEach(wanted::add);
    whiteouts.forEach(whiteout -> wanted.add(whiteout.parent()));
    while (!wanted.isEmpty()) {
      wanted.removeAll(parents.keySet());
      wanted.remove(ROOT);
      Map<Long, Long> found = new HashMap<>();
      for (LayerObjects image : images) {
        image.entries(
            (parent, child, key) -> {
              if (wanted.contains(child)) {
                found.putIfAbsent(child, parent);
              }
            });
      }
      parents.putAll(found);
      wanted.clear();
      wanted.addAll(found.values());
    }
  }

  /** All of which a sealed layer has something, but for whiteouts. */
  Set<Long> objects() {
    return objects;
  }

  List<Named> whiteouts() {
    return whiteouts;
  }

  List<Named> names(long inode) {
    return names.getOrDefault(inode, List.of());
  }

  String place(long inode) {
    StringBuilder place = new StringBuilder();
    Set<Long> seen = new HashSet<>();
    long at = inode;
    while (at != ROOT && parents.containsKey(at) && seen.add(at)) {
      place.insert(0, "/" + at);
      at = parents.get(at);
    }
    return at == ROOT ? OBJECTS + ROOT + place : OBJECTS + NAMELESS + at + place;
  }

  /** Where a whiteout lies. */
  String place(Named whiteout) {
    StringBuilder token = new StringBuilder();
    for (int i = Long.BYTES; i < whiteout.key().length; i++) {
      token.append("%02x".formatted(whiteout.key()[i]));
    }
    return place(whiteout.parent()) + "/" + WHITEOUT + token;
  }

  /**
   * The other places of a file with several names; the further ones in one directory have a number.
   */
  List<String> furtherPlaces(long inode) {
    Set<String> taken = new HashSet<>(Set.of(place(inode)));
    List<String> places = new ArrayList<>();
    List<Named> all = names(inode);
    for (Named named : all.subList(Math.min(1, all.size()), all.size())) {
      String place = place(named.parent()) + "/" + inode;
      String free = place;
      for (int number = 2; !taken.add(free); number++) {
        free = place + "-" + number;
      }
      places.add(free);
    }
    return places;
  }
}
