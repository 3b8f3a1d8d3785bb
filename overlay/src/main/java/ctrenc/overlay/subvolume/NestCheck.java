package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.DirectoryEntry;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Proves that subvolumes hang where they can be reached. What it holds against the store:
 *
 * <ol>
 *   <li>what is nested, and what it is nested in, are there, and whatever was made to be nested is
 *   <li>from each one, parents lead to a root
 *   <li>in one tree no two have one place, or hang at one directory
 *   <li>the directory is in the parent, at a name, as far as the parent's keys are in memory
 *   <li>a snapshot that is part of another is there with it, and of what is nested in the other's
 *       subvolume; limits are of something
 * </ol>
 */
final class NestCheck {

  /** Where something hangs: two at one are one too many. */
  private record Anchor(UUID parent, long inode) {}

  private record Place(UUID root, int number) {}

  private final Catalog catalog;
  private final NestCatalog nests;
  private final Keyring keyring;
  private final OpenStacks open;
  private final StackOpener opener;
  private final List<CheckReport.Problem> problems;

  NestCheck(StackTools tools, List<CheckReport.Problem> problems) {
    this.catalog = tools.catalog();
    this.nests = tools.nests();
    this.keyring = tools.keyring();
    this.open = tools.open();
    this.opener = tools.opener();
    this.problems = problems;
  }

  /** To be called while the catalog does not change. */
  void checkRecords() {
    Map<Place, UUID> places = new HashMap<>();
    Map<Anchor, UUID> anchors = new HashMap<>();
    for (NestRecord nest : nests.nests()) {
      if (catalog.subvolume(nest.id()).isEmpty()) {
        add(nest.id(), "It is said to be nested in " + nest.parent() + ", and is gone.");
      } else if (catalog.subvolume(nest.parent()).isEmpty()) {
        add(nest.id(), "It is nested in " + nest.parent() + ", which is gone.");
      }
      Optional<UUID> root = nests.findRoot(nest.id());
      if (root.isEmpty()) {
        add(nest.id(), "It is nested in itself.");
      } else if (places.put(new Place(root.get(), nest.place()), nest.id()) != null) {
        add(nest.id(), "Another one of its tree has its place " + nest.place() + ".");
      }
      if (anchors.put(new Anchor(nest.parent(), nest.anchor()), nest.id()) != null) {
        add(nest.id(), "Another one hangs at its directory, inode " + nest.anchor() + ".");
      }
    }
    for (SubvolumeRecord subvolume : catalog.subvolumes()) {
      boolean isMadeToBeNested = subvolume.name().equals(subvolume.id().toString());
      if (isMadeToBeNested && nests.find(subvolume.id()).isEmpty()) {
        add(subvolume.id(), "It was nested, and nothing says where.");
      }
    }
    nests.limited().stream()
        .filter(id -> catalog.subvolume(id).isEmpty())
        .forEach(id -> add(id, "It has limits, and is gone."));
    nests.parts().forEach(this::checkPart);
  }

  private void checkPart(NestRecord part) {
    Optional<SnapshotRecord> own = catalog.snapshot(part.id());
    Optional<SnapshotRecord> whole = catalog.snapshot(part.parent());
    String subject = "snapshot " + part.id();
    if (own.isEmpty() || whole.isEmpty()) {
      String gone = own.isEmpty() ? "it" : "that";
      add(
          subject,
          "It is said to be part of snapshot " + part.parent() + ", and " + gone + " is gone.");
      return;
    }
    Optional<NestRecord> nest = nests.find(own.get().subvolume());
    boolean fits =
        nest.isPresent()
            && part.as(nest.get().id(), whole.get().subvolume()).equals(nest.get())
            && own.get().name().equals(whole.get().name());
    if (!fits) {
      add(subject, "It is no part of snapshot " + part.parent() + ".");
    }
  }

  /**
   * Looks for the directories that subvolumes hang at. What is destroyed meanwhile is passed over.
   */
  void checkAnchors() throws IOException {
    Map<UUID, List<NestRecord>> byParent = new HashMap<>();
    for (NestRecord nest : nests.nests()) {
      byParent.computeIfAbsent(nest.parent(), unused -> new ArrayList<>()).add(nest);
    }
    for (Map.Entry<UUID, List<NestRecord>> each : byParent.entrySet()) {
      synchronized (open.guard(each.getKey())) {
        Optional<SubvolumeRecord> parent =
            catalog.subvolume(each.getKey()).filter(one -> !one.doomed());
        if (parent.isPresent() && keyring.holds(each.getKey())) {
          checkAnchors(parent.get(), each.getValue());
        }
      }
    }
  }

  private void checkAnchors(SubvolumeRecord parent, List<NestRecord> children) throws IOException {
    List<Long> held = new ArrayList<>();
    try {
      List<Layer> layers = opener.acquireReadable(parent.id(), parent.stack(), held::add).layers();
      for (NestRecord nest : children) {
        if (!hasDirectory(layers, nest.anchor()) && nests.find(nest.id()).isPresent()) {
          add(
              nest.id(),
              "The directory of "
                  + parent.id()
                  + " that it hangs at, inode "
                  + nest.anchor()
                  + ", is gone.");
        }
      }
    } catch (KeyAbsentException e) {
      // A layer without its key may have it; that the key is lost is another problem.
      return;
    } finally {
      opener.releaseAll(held);
    }
  }

  /** Whether layers, top first, show a directory at a name. */
  private static boolean hasDirectory(List<Layer> layers, long inode) throws IOException {
    Optional<InodeRecord> directory = topmost(layers, inode).filter(InodeRecord::isDirectory);
    if (directory.isEmpty()) {
      return false;
    }
    long parent = directory.get().parent();
    Set<Name> decided = new HashSet<>();
    boolean[] isFound = new boolean[1];
    for (Layer layer : layers) {
      layer.entries(
          parent,
          entry -> {
            isFound[0] |=
                decided.add(entry.name())
                    && entry instanceof DirectoryEntry.Child child
                    && child.inode() == inode;
            return !isFound[0];
          });
      if (isFound[0] || layer.inode(parent).map(InodeRecord::opaque).orElse(false)) {
        break;
      }
    }
    return isFound[0];
  }

  private static Optional<InodeRecord> topmost(List<Layer> layers, long inode) throws IOException {
    for (Layer layer : layers) {
      Optional<InodeRecord> found = layer.inode(inode);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private void add(UUID subvolume, String text) {
    add("subvolume " + subvolume, text);
  }

  private void add(String subject, String text) {
    problems.add(new CheckReport.Problem(subject, text));
  }
}
