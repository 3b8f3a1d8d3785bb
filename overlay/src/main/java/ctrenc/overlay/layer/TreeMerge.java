package ctrenc.overlay.layer;

import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Lays one directory of several trees over each other, the lowest tree first in {@code trees}.
 * Thread-safe.
 *
 * <p>Of more than one tree, whiteouts hide what lower trees have under the name: {@code .wh.NAME}
 * files and {@code .wh..wh..opq} (OCI image specification, layers), 0:0 character devices, empty
 * files and directories marked by attributes {@code trusted.overlay.*} or {@code user.overlay.*}
 * (the kernel's overlayfs). Markers do not show. A single tree shows as it is.
 *
 * <p>A directory on another filesystem than its tree's root, and one that is {@code hidden}, shows
 * empty.
 */
final class TreeMerge {

  private static final Name WHITEOUT_PREFIX = Name.of(".wh.");
  private static final Name OPAQUE_MARKER = Name.of(".wh..wh..opq");
  private static final Name RESERVED_PREFIX = Name.of(".wh..wh.");
  private static final List<String> NAMESPACES = List.of("trusted.overlay.", "user.overlay.");

  private final List<HostTree> trees;
  private final Set<HostId> hidden;

  TreeMerge(List<HostTree> trees, Set<HostId> hidden) {
    this.trees = List.copyOf(trees);
    this.hidden = Set.copyOf(hidden);
  }

  List<HostTree> trees() {
    return trees;
  }

  /** The root of all trees; its attributes are those of the highest. */
  MergedEntry root() throws IOException {
    List<HostEntry> roots = new ArrayList<>();
    for (int tree = trees.size() - 1; tree >= 0; tree--) {
      roots.add(HostDirectory.root(trees.get(tree), tree));
    }
    return new MergedEntry(clean(roots.getFirst()), roots);
  }

  /** What a directory shows, by name. */
  List<MergedEntry> read(List<HostEntry> sources) throws IOException {
    SortedMap<Name, MergedEntry> merged = new TreeMap<>();
    Set<Name> closed = new HashSet<>();
    for (HostEntry source : sources) {
      List<HostEntry> entries =
          HostDirectory.read(trees.get(source.tree()), source.tree(), source.path());
      Set<Name> closedByThis = new HashSet<>();
      boolean opaque = isMergedFromMany() && isOpaque(source);
      for (HostEntry entry : entries) {
        opaque |= isMergedFromMany() && entry.name().equals(OPAQUE_MARKER);
        add(entry, merged, closed, closedByThis);
      }
      closed.addAll(closedByThis);
      if (opaque) {
        break;
      }
    }
    return List.copyOf(merged.values());
  }

  /** What a directory of the only tree shows under a name. */
  Optional<MergedEntry> find(HostEntry source, Name name) throws IOException {
    if (isMergedFromMany()) {
      throw new IllegalStateException("a name of merged trees cannot be found by itself");
    }
    return HostDirectory.find(trees.getFirst(), source.tree(), source.path(), name)
        .map(entry -> new MergedEntry(entry, sourcesOf(entry)));
  }

  /** How many bytes a directory's own names take on the host. */
  long size(HostEntry source) throws IOException {
    return HostDirectory.size(trees.get(source.tree()), source.path());
  }

  private void add(
      HostEntry entry, Map<Name, MergedEntry> merged, Set<Name> closed, Set<Name> closedByThis)
      throws IOException {
    if (isMergedFromMany()) {
      if (entry.name().startsWith(WHITEOUT_PREFIX)) {
        if (!entry.name().startsWith(RESERVED_PREFIX)) {
          closedByThis.add(hiddenName(entry.name()));
        }
        return;
      }
      if (isWhiteout(entry)) {
        closedByThis.add(entry.name());
        return;
      }
      refuseRedirects(entry);
    }
    if (!closed.contains(entry.name())) {
      merge(entry, merged, closedByThis);
    }
  }

  private void merge(HostEntry entry, Map<Name, MergedEntry> merged, Set<Name> closedByThis)
      throws IOException {
    MergedEntry above = merged.get(entry.name());
    if (above == null) {
      merged.put(entry.name(), new MergedEntry(clean(entry), sourcesOf(entry)));
    } else if (entry.isDirectory()) {
      List<HostEntry> more = new ArrayList<>(above.sources());
      more.addAll(sourcesOf(entry));
      merged.put(entry.name(), new MergedEntry(above.top(), more));
    }
    if (!entry.isDirectory()) {
      closedByThis.add(entry.name());
    }
  }

  private List<HostEntry> sourcesOf(HostEntry entry) {
    boolean shows =
        entry.isDirectory()
            && HostTree.deviceOf(entry.status()) == trees.get(entry.tree()).device()
            && !hidden.contains(entry.id());
    return shows ? List.of(entry) : List.of();
  }

  private boolean isMergedFromMany() {
    return trees.size() > 1;
  }

  private static Name hiddenName(Name whiteout) {
    return Name.copyOf(whiteout.bytes(), WHITEOUT_PREFIX.length(), whiteout.length());
  }

  private static boolean isOpaque(HostEntry directory) {
    return overlayAttribute(directory, "opaque").equals("y");
  }

  private static boolean isWhiteout(HostEntry entry) {
    int type = entry.status().mode() & FileMode.TYPE;
    return (type == FileMode.CHARACTER_DEVICE && entry.status().rdev() == 0)
        || (type == FileMode.REGULAR
            && entry.status().size() == 0
            && hasOverlayAttribute(entry, "whiteout"));
  }

  private static void refuseRedirects(HostEntry entry) throws IOException {
    if (hasOverlayAttribute(entry, "redirect") || hasOverlayAttribute(entry, "metacopy")) {
      throw new IOException(
          "The tree uses overlayfs redirects or metadata copies, which cannot be indexed; copy it"
              + " with its merged contents instead.");
    }
  }

  private static boolean hasOverlayAttribute(HostEntry entry, String attribute) {
    return NAMESPACES.stream()
        .anyMatch(space -> entry.xattrs().containsKey(Name.of(space + attribute)));
  }

  private static String overlayAttribute(HostEntry entry, String attribute) {
    for (String space : NAMESPACES) {
      byte[] value = entry.xattrs().get(Name.of(space + attribute));
      if (value != null) {
        return new String(value, StandardCharsets.ISO_8859_1);
      }
    }
    return "";
  }

  /** Without the attributes by which overlayfs marks its own. */
  private HostEntry clean(HostEntry entry) {
    if (!isMergedFromMany() || entry.xattrs().keySet().stream().noneMatch(TreeMerge::isOverlays)) {
      return entry;
    }
    SortedMap<Name, byte[]> rest = new TreeMap<>(entry.xattrs());
    rest.keySet().removeIf(TreeMerge::isOverlays);
    return new HostEntry(
        entry.name(),
        entry.tree(),
        entry.path(),
        entry.status(),
        Collections.unmodifiableSortedMap(rest),
        entry.target());
  }

  private static boolean isOverlays(Name attribute) {
    return NAMESPACES.stream().anyMatch(space -> attribute.startsWith(Name.of(space)));
  }
}
