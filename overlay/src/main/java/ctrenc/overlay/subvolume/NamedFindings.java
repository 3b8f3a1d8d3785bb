package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.EncryptedLayer;
import ctrenc.overlay.layer.ExtentOwners;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.scrub.ScrubSink;
import ctrenc.overlay.scrub.ScrubSubject;
import ctrenc.overlay.storage.UnreadableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Passes on what a scrub finds in a layer, each thing once, and says of which file it is: the inode
 * by the references of the layer, its path where a key is in memory. Both take a look at all there
 * is in the layer, so findings are gathered for a while; meanwhile nobody is told of a position
 * behind them. Not thread-safe.
 */
final class NamedFindings implements ScrubSink {

  private static final int MOST = 1024;

  /** How many bytes more are verified before what was found is told. */
  private static final long WHILE = 1L << 30;

  private final StackKeeping stacks;
  private final LayerRecord layer;
  private final OpenedLayer opened;
  private final ScrubSink sink;
  private final List<ScrubFinding> pending = new ArrayList<>();
  private final Set<ScrubSubject> told = new HashSet<>();
  private ScrubPosition reached;
  private long since;

  /**
   * @param from before what is verified of the layer
   */
  NamedFindings(StackKeeping stacks, LayerRecord layer, ScrubPosition from, ScrubSink sink) {
    this.reached = from;
    this.stacks = stacks;
    this.layer = layer;
    this.opened = new OpenedLayer(stacks, layer);
    this.sink = sink;
  }

  @Override
  public void found(ScrubFinding finding) throws IOException {
    if (told.add(identity(finding.about()))) {
      pending.add(finding);
    }
    if (pending.size() >= MOST) {
      tell();
    }
  }

  /** An extent may have moved between two looks at it. */
  private static ScrubSubject identity(ScrubSubject about) {
    return about instanceof ScrubSubject.Extent extent
        ? new ScrubSubject.Extent(extent.id(), Optional.empty())
        : about;
  }

  @Override
  public void verified(ScrubPosition next, long bytes) throws IOException {
    since += bytes;
    if (since >= WHILE) {
      tell();
    }
    if (pending.isEmpty()) {
      since = 0;
      reached = next;
    }
    sink.verified(reached, bytes);
  }

  @Override
  public void locked(UUID id) throws IOException {
    sink.locked(id);
  }

  /** Passes on what is gathered; the end of a step. */
  void tell() throws IOException {
    if (pending.isEmpty()) {
      return;
    }
    List<ScrubFinding> findings = new ArrayList<>();
    Map<Long, SortedSet<Long>> owners = owners();
    for (ScrubFinding finding : pending) {
      Optional<SortedSet<Long>> inodes = in(owners, finding.extent());
      findings.add(
          inodes.map(all -> finding.ofInodes(all.getFirst(), all.size() - 1)).orElse(finding));
    }
    pending.clear();
    Map<Long, String> paths = paths(findings);
    for (ScrubFinding finding : findings) {
      sink.found(in(paths, finding.inode()).map(finding::inFile).orElse(finding));
    }
  }

  private static <V> Optional<V> in(Map<Long, V> known, OptionalLong number) {
    return number.isPresent()
        ? Optional.ofNullable(known.get(number.getAsLong()))
        : Optional.empty();
  }

  private Map<Long, SortedSet<Long>> owners() throws IOException {
    Set<Long> extents = numbers(pending, ScrubFinding::extent);
    if (extents.isEmpty()) {
      return Map.of();
    }
    MetaStore meta = stacks.parts().meta();
    Map<Long, SortedSet<Long>> owners =
        new HashMap<>(sound(() -> ExtentOwners.find(meta, layer.number(), extents)));
    extents.removeAll(owners.keySet());
    if (!extents.isEmpty()) {
      owners.putAll(sound(() -> opened.use(sealedOwners(extents)).orElse(Map.of())));
    }
    return owners;
  }

  private static OpenedLayer.Work<Map<Long, SortedSet<Long>>> sealedOwners(Set<Long> extents) {
    return (owner, layers, index) ->
        layers.get(index) instanceof EncryptedLayer readable
            ? readable.sealedOwners(extents)
            : Map.of();
  }

  /** Paths of inodes in a subvolume. */
  private record Paths(UUID owner, Map<Long, String> byInode) {}

  /** The paths of the inodes that are told of, where the keys are in memory. */
  private Map<Long, String> paths(List<ScrubFinding> findings) throws IOException {
    Set<Long> inodes = numbers(findings, ScrubFinding::inode);
    return inodes.isEmpty() ? Map.of() : sound(() -> paths(inodes));
  }

  private Map<Long, String> paths(Set<Long> inodes) throws IOException {
    Optional<Paths> found = opened.use((owner, layers, index) -> paths(owner, layers, inodes));
    if (found.isEmpty()) {
      return Map.of();
    }
    Map<Long, String> paths = found.get().byInode();
    String place = NestedPath.of(stacks, found.get().owner());
    paths.replaceAll((inode, path) -> place + path);
    return paths;
  }

  private static Paths paths(UUID owner, List<Layer> layers, Set<Long> inodes) throws IOException {
    Map<Long, String> paths = new HashMap<>();
    PathFinder finder = PathFinder.of(layers);
    for (long inode : inodes) {
      finder.path(inode).ifPresent(path -> paths.put(inode, path));
    }
    return new Paths(owner, paths);
  }

  private static Set<Long> numbers(
      List<ScrubFinding> findings, Function<ScrubFinding, OptionalLong> number) {
    return findings.stream()
        .flatMapToLong(finding -> number.apply(finding).stream())
        .boxed()
        .collect(Collectors.toCollection(HashSet::new));
  }

  private interface Looking<V> {
    Map<Long, V> look() throws IOException;
  }

  /** What is known in spite of damage in the way, which the steps of the scrub tell of. */
  private static <V> Map<Long, V> sound(Looking<V> looking) throws IOException {
    try {
      return looking.look();
    } catch (UnreadableException e) {
      return Map.of();
    }
  }
}
