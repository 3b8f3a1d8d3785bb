package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.DirectoryEntry;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Says what the inodes of a stack are called, by one look at all its entries. Not thread-safe. */
final class PathFinder {

  /** Deeper than any path that a system call takes. */
  private static final int DEEPEST = 4096;

  private record Place(long parent, Name name) {}

  private final Map<Long, Place> places = new HashMap<>();

  private PathFinder() {}

  /** Of open layers, the top first. */
  static PathFinder of(List<Layer> layers) throws IOException {
    PathFinder finder = new PathFinder();
    for (Layer layer : layers) {
      layer.names(finder::add);
    }
    return finder;
  }

  private void add(long parent, DirectoryEntry entry) {
    if (entry instanceof DirectoryEntry.Child(Name name, long inode, int type)) {
      places.putIfAbsent(inode, new Place(parent, name));
    }
  }

  /** One of an inode's paths in the root. */
  Optional<String> path(long inode) {
    List<String> names = new ArrayList<>();
    long current = inode;
    while (current != FileSystem.ROOT) {
      Place place = places.get(current);
      if (place == null || names.size() == DEEPEST) {
        return Optional.empty();
      }
      names.addFirst(place.name().toString());
      current = place.parent();
    }
    return Optional.of("/" + String.join("/", names));
  }
}
