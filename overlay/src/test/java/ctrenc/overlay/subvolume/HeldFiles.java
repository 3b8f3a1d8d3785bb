package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystemUser;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a root or a snapshot should hold: files by path, in its top directory or in those where
 * something is nested.
 */
record HeldFiles(Map<String, byte[]> files, Set<String> directories, Set<String> nested) {

  HeldFiles() {
    this(new TreeMap<>(), new TreeSet<>(), new TreeSet<>());
  }

  /** The same now, whatever changes here later. */
  HeldFiles withNested() {
    return new HeldFiles(new TreeMap<>(files), new TreeSet<>(directories), new TreeSet<>(nested));
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
    files.keySet().removeIf(path -> path.startsWith(directory + "/"));
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
      files.keySet().stream().filter(path -> isIn(path, place)).forEach(expected::add);
      directories.stream().filter(path -> isIn(path, place)).forEach(expected::add);
      assertThat(
              user.list(place.isEmpty() ? "/" : place).keySet().stream()
                  .map(name -> place + "/" + name))
          .as(place + " " + when)
          .containsExactlyInAnyOrderElementsOf(expected);
    }
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      FileSystemUser.same(user.read(file.getKey()), file.getValue(), file.getKey() + " " + when);
    }
  }

  private static boolean isIn(String path, String place) {
    return path.lastIndexOf('/') == place.length() && path.startsWith(place);
  }
}
