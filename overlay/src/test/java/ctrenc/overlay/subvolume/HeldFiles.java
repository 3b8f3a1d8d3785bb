package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystemUser;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a root or a snapshot should hold: files and links, in its top directory or in those where
 * something is nested.
 *
 * @param names the object of each path; several paths of one are hard links
 */
record HeldFiles(
    Map<String, Integer> names,
    Map<Integer, HeldObject> objects,
    Set<String> directories,
    Set<String> nested) {

  private static final String NOTE = "user.note";

  HeldFiles() {
    this(new TreeMap<>(), new TreeMap<>(), new TreeSet<>(), new TreeSet<>());
  }

  /** The same now, whatever changes here later. */
  HeldFiles withNested() {
    return new HeldFiles(
        new TreeMap<>(names),
        new TreeMap<>(objects),
        new TreeSet<>(directories),
        new TreeSet<>(nested));
  }

  Optional<HeldObject> at(String path) {
    return Optional.ofNullable(names.get(path)).map(objects::get);
  }

  /** Under a path that leads to nothing. */
  void add(String path, HeldObject object) {
    int number = objects.keySet().stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
    objects.put(number, object);
    names.put(path, number);
  }

  /** By all its names. */
  void replace(String path, HeldObject object) {
    objects.put(Objects.requireNonNull(names.get(path)), object);
  }

  void link(String path, String other) {
    names.put(other, Objects.requireNonNull(names.get(path)));
  }

  void unlink(String path) {
    names.remove(path);
  }

  /** As rename(2) does: nothing if both are names of one object. */
  void rename(String path, String other) {
    Integer moved = Objects.requireNonNull(names.get(path));
    if (!moved.equals(names.get(other))) {
      names.put(other, moved);
      names.remove(path);
    }
  }

  /** The same, with empty directories where something is nested. */
  HeldFiles alone() {
    HeldFiles alone = withNested();
    new TreeSet<>(nested).forEach(alone::empty);
    return alone;
  }

  /** The same, with empty directories where something is nested that is not in another one. */
  HeldFiles nestedAlso(HeldFiles other) {
    HeldFiles both = withNested();
    nested.stream().filter(place -> !other.nested.contains(place)).forEach(both::empty);
    return both;
  }

  void nest(String directory) {
    directories.add(directory);
    nested.add(directory);
  }

  /** What was nested there is gone, and its directory is empty. */
  void empty(String directory) {
    if (nested.contains(directory)) {
      remove(directory);
      directories.add(directory);
    }
  }

  /** What was nested there is gone with its directory, and with all that was nested in it. */
  void remove(String directory) {
    names.keySet().removeIf(path -> path.startsWith(directory + "/"));
    directories.removeIf(path -> path.equals(directory) || path.startsWith(directory + "/"));
    nested.removeIf(path -> path.equals(directory) || path.startsWith(directory + "/"));
  }

  /** Where files are: the prefixes of their paths. */
  List<String> places() {
    Set<String> places = new TreeSet<>(directories);
    places.add("");
    return List.copyOf(places);
  }

  void compare(FileSystemUser user, String when) throws ErrnoException {
    for (String place : places()) {
      Set<String> expected = new TreeSet<>();
      names.keySet().stream().filter(path -> isIn(path, place)).forEach(expected::add);
      directories.stream().filter(path -> isIn(path, place)).forEach(expected::add);
      assertThat(
              user.list(place.isEmpty() ? "/" : place).keySet().stream()
                  .map(name -> place + "/" + name))
          .as(place + " " + when)
          .containsExactlyInAnyOrderElementsOf(expected);
    }
    for (Map.Entry<String, Integer> named : names.entrySet()) {
      compare(user, named.getKey(), objects.get(named.getValue()), named + " " + when);
      List<String> links =
          names.keySet().stream().filter(path -> names.get(path).equals(named.getValue())).toList();
      assertThat(user.stat(named.getKey()).links()).as(named + " " + when).isEqualTo(links.size());
      assertThat(user.inode(links.getFirst())).isEqualTo(user.inode(named.getKey()));
    }
  }

  private static void compare(FileSystemUser user, String path, HeldObject object, String when)
      throws ErrnoException {
    switch (object) {
      case HeldObject.Link(String target) ->
          assertThat(user.readlink(path)).as(when).isEqualTo(target);
      case HeldObject.File(byte[] bytes, String note) -> {
        FileSystemUser.same(user.read(path), bytes, when);
        assertThat(note(user, path)).as(when).isEqualTo(note);
      }
    }
  }

  private static String note(FileSystemUser user, String path) throws ErrnoException {
    boolean isNoted =
        new String(user.fileSystem().listxattr(user.inode(path)), StandardCharsets.UTF_8)
            .contains(NOTE);
    return isNoted ? new String(user.getxattr(path, NOTE), StandardCharsets.UTF_8) : "";
  }

  private static boolean isIn(String path, String place) {
    return path.lastIndexOf('/') == place.length() && path.startsWith(place);
  }
}
