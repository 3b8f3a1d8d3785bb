package ctrenc.overlay.export;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where the objects of a stack that does not grow lie in a backup: by the inode numbers of the
 * directories above them, because their names are sealed. An object's place is where the topmost
 * layer has it that has it in a directory.
 *
 * <p>What is in memory of all objects is each one's directory, found by one pass over the keys of
 * entries and inodes; what is in a directory is read when it is asked for, by the order of the
 * records, and kept for a while. Thread-safe.
 */
final class ObjectTree {

  static final String OBJECTS = "objects/";
  static final String NAMELESS = "nameless";
  static final String WHITEOUT = "whiteout-";
  static final long ROOT = 1;

  /**
   * The place of an object that is in no directory, and of a directory that nothing is known of.
   */
  private static final long NOWHERE = -1;

  /** Entries of directories that are kept. */
  private static final int RECENT = 50_000;

  /** An entry of a sealed layer; the topmost layer has depth 0. */
  record Named(LayerObjects layer, int depth, LayerObjects.Entry entry) {}

  private final String top;
  private final List<LayerObjects> sealed;

  /** The directory of each object's place. */
  private final InodeMap places = new InodeMap();

  /** Of an object with several names, the directories of all, that of its place first. */
  private final Map<Long, List<Long>> several = new HashMap<>();

  /** What a directory has that only an image has in it. */
  private final Map<Long, List<DirectoryObjects.Child>> inImage = new HashMap<>();

  private final Set<Long> nameless = new TreeSet<>();
  private final RecentlyUsed<Long, DirectoryObjects> recent =
      new RecentlyUsed<>(RECENT, DirectoryObjects::weight);

  /**
   * @param layers top first
   * @param top the folder of its objects
   * @param anchors directories that are to have a place, whatever layer they are of
   */
  ObjectTree(List<LayerObjects> layers, String top, Set<Long> anchors) throws IOException {
    this.top = top;
    sealed = layers.stream().filter(LayerObjects::isSealed).toList();
    for (LayerObjects layer : sealed) {
      layer.entries(this::note);
      layer.inodes(RecordTable.INODE, inode -> places.putIfAbsent(inode, NOWHERE));
    }
    anchors.forEach(anchor -> places.putIfAbsent(anchor, NOWHERE));
    placeInImage(layers.stream().filter(layer -> !layer.isSealed()).toList());
  }

  private void note(LayerObjects.Entry entry) {
    long child = entry.child();
    places.putIfAbsent(entry.parent(), NOWHERE);
    if (child == 0) {
      return;
    }
    long before = places.get(child);
    if (before == 0 || before == NOWHERE) {
      places.put(child, entry.parent());
    } else {
      several.computeIfAbsent(child, first -> new ArrayList<>(List.of(before))).add(entry.parent());
    }
  }

  /** Finds what an image has above the objects. */
  private void placeInImage(List<LayerObjects> images) throws IOException {
    Map<Long, Long> directories = new HashMap<>();
    Deque<Long> open = new ArrayDeque<>();
    for (LayerObjects image : images) {
      image.entries(
          entry -> {
            if (entry.isDirectory()) {
              directories.putIfAbsent(entry.child(), entry.parent());
            } else if (entry.child() != 0 && places.get(entry.child()) == NOWHERE) {
              hang(entry.child(), entry.parent(), false);
              open.add(entry.parent());
            }
          });
    }
    places.forEach(
        (inode, place) -> {
          if (place == NOWHERE) {
            open.add(inode);
          }
        });
    while (!open.isEmpty()) {
      placeDirectory(open.pop(), directories).ifPresent(open::push);
    }
  }

  /** Where a directory lies in an image, if it is not known yet: in which other one. */
  private Optional<Long> placeDirectory(long inode, Map<Long, Long> directories) {
    if (inode == ROOT || places.get(inode) > 0) {
      return Optional.empty();
    }
    Optional<Long> parent = Optional.ofNullable(directories.get(inode));
    if (parent.isPresent()) {
      hang(inode, parent.get(), true);
    } else {
      places.put(inode, NOWHERE);
      nameless.add(inode);
    }
    return parent;
  }

  private void hang(long inode, long directory, boolean isDirectory) {
    places.put(inode, directory);
    inImage
        .computeIfAbsent(directory, first -> new ArrayList<>(1))
        .add(new DirectoryObjects.Child(inode, 1, isDirectory));
  }

  List<LayerObjects> sealed() {
    return sealed;
  }

  /** Whether anything is known of an object, or of what lies in it. */
  boolean contains(long inode) {
    return inode == ROOT || places.get(inode) != 0;
  }

  /** Those that are in no directory, and directories that no layer has in another. */
  Set<Long> nameless() {
    return nameless;
  }

  /** The directory that an object's place is in; empty of the root and of what is in none. */
  Optional<Long> directory(long inode) {
    long directory = inode == ROOT ? NOWHERE : places.get(inode);
    return directory > 0 ? Optional.of(directory) : Optional.empty();
  }

  /** What a directory holds. */
  DirectoryObjects in(long directory) throws IOException {
    Optional<DirectoryObjects> known = recent.get(directory);
    return known.isPresent() ? known.get() : recent.put(directory, read(directory));
  }

  private DirectoryObjects read(long directory) throws IOException {
    List<Named> named = new ArrayList<>();
    for (int i = 0; i < sealed.size(); i++) {
      LayerObjects layer = sealed.get(i);
      int depth = i;
      layer.entriesOf(directory, entry -> named.add(new Named(layer, depth, entry)));
    }
    return DirectoryObjects.of(
        named, inImage.getOrDefault(directory, List.of()), child -> places.get(child) == directory);
  }

  /** The whiteout of a name in a directory. */
  Optional<Named> whiteout(long directory, String name) throws IOException {
    Optional<byte[]> key = DirectoryObjects.whiteoutKey(directory, name);
    for (int depth = 0; key.isPresent() && depth < sealed.size(); depth++) {
      LayerObjects layer = sealed.get(depth);
      Optional<LayerObjects.Entry> entry =
          layer.entry(key.get()).filter(found -> found.child() == 0);
      if (entry.isPresent()) {
        return Optional.of(new Named(layer, depth, entry.get()));
      }
    }
    return Optional.empty();
  }

  /** All entries that lead to an object, those of the topmost layer first. */
  List<Named> names(long inode) throws IOException {
    Optional<Long> only = several.containsKey(inode) ? Optional.empty() : directory(inode);
    if (only.isPresent()) {
      return in(only.get()).names(inode);
    }
    List<Named> names = new ArrayList<>();
    for (long directory : new TreeSet<>(directories(inode))) {
      names.addAll(in(directory).names(inode));
    }
    names.sort(Comparator.comparingInt(Named::depth));
    return names;
  }

  private List<Long> directories(long inode) {
    return several.getOrDefault(inode, directory(inode).map(List::of).orElse(List.of()));
  }

  /** How many places an object has. */
  int links(long inode) {
    return Math.max(1, directories(inode).size());
  }

  String place(long inode) {
    StringBuilder place = new StringBuilder();
    Set<Long> seen = new HashSet<>();
    long at = inode;
    Optional<Long> above = directory(at);
    while (above.isPresent() && seen.add(at)) {
      place.insert(0, "/" + at);
      at = above.get();
      above = directory(at);
    }
    return at == ROOT ? top + ROOT + place : top + NAMELESS + "/" + at + place;
  }

  /** The other places of a file with several names. */
  List<String> furtherPlaces(long inode) {
    if (!several.containsKey(inode)) {
      return List.of();
    }
    List<String> places = new ArrayList<>();
    Map<Long, Integer> numbers = new HashMap<>();
    for (long directory : directories(inode)) {
      int number = numbers.merge(directory, 1, Integer::sum);
      places.add(place(directory) + "/" + new DirectoryObjects.Child(inode, number, false).name());
    }
    return places.subList(Math.min(1, places.size()), places.size());
  }
}
