package ctrenc.overlay.export;

import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Stores what a backup holds, without keys. Not thread-safe. */
public final class Restore implements AutoCloseable {

  /** Begins a layer that is in an archive; empty if the store has it already. */
  @FunctionalInterface
  public interface Layers {
    Optional<LayerRestore> begin(UUID layer) throws IOException;
  }

  /**
   * What to restore.
   *
   * @param only the places of objects below "objects/" in the archive; none is everything
   * @param isPart the archive itself may be a part of what was backed up
   */
  public record Wanted(List<String> only, boolean isPart) {

    /** Whether what is restored may be less than what was backed up. */
    public boolean isLess() {
      return isPart || !only.isEmpty();
    }
  }

  /** What came of a layer. */
  private static final class Coming {
    private final Optional<LayerRestore> restore;
    private @Nullable LayerSummary summary;
    private long records;
    private long extents;

    Coming(Optional<LayerRestore> restore) {
      this.restore = restore;
    }
  }

  private final Layers layers;
  private final Map<UUID, Coming> coming = new LinkedHashMap<>();
  private final SortedMap<Integer, NestedDescription> nested = new TreeMap<>();
  private final Set<Integer> wantedNested = new HashSet<>();
  private Optional<ArchivedTree> tree = Optional.empty();
  private boolean isWhole;

  public Restore(Layers layers) {
    this.layers = layers;
  }

  /** Reads an archive; what of its tree is to be restored. */
  public TreeDescription read(InputStream in, Wanted wanted, TransferProgress progress)
      throws IOException {
    return read(new ArchiveSource(in, progress), wanted);
  }

  /** Reads the files of a whole backup in a directory of the host. */
  public TreeDescription read(Path directory, TransferProgress progress) throws IOException {
    return read(new DirectorySource(directory, progress), new Wanted(List.of(), false));
  }

  private TreeDescription read(Members.Source source, Wanted wanted) throws IOException {
    Picks picks = new Picks(wanted.only());
    source.read(new Members(picks, new Storing()));
    if (!picks.missing().isEmpty()) {
      throw new DamagedException(
          "The archive has no object %s.".formatted(picks.missing().iterator().next()));
    }
    for (Map.Entry<UUID, Coming> one : coming.entrySet()) {
      check(one.getKey(), one.getValue(), wanted.isPart());
    }
    ArchivedTree whole =
        tree.orElseThrow(
            () -> new DamagedException("The archive has no member '" + ArchiveSink.ROOT + "'."));
    if (!wanted.isPart() && nested.size() != whole.nested() || nested.size() > whole.nested()) {
      throw new DamagedException("The archive does not hold all nested subvolumes of the root.");
    }
    TreeDescription picked = new TreeDescription(whole.root(), picked(), List.of());
    if (wanted.isLess() && picked.all().stream().anyMatch(RootDescription::isIncrement)) {
      throw new DamagedException(
          "The archive holds what changed since an earlier one: it is restored as a whole.");
    }
    isWhole = !wanted.isLess();
    return picked;
  }

  /** The nested ones that are wanted, and come with what they hang in, by new numbers. */
  private List<NestedDescription> picked() {
    Map<Integer, Integer> numbers = new HashMap<>(Map.of(0, 0));
    List<NestedDescription> picked = new ArrayList<>();
    nested.forEach(
        (number, one) -> {
          if (wantedNested.contains(number) && numbers.containsKey(one.parent())) {
            int parent = numbers.get(one.parent());
            picked.add(new NestedDescription(parent, one.anchor(), one.place(), one.subvolume()));
            numbers.put(number, picked.size());
          }
        });
    return List.copyOf(picked);
  }

  /** What is there twice, as copies of a file with several names are, is counted twice here. */
  private static void check(UUID id, Coming layer, boolean isPart) throws DamagedException {
    LayerSummary summary = layer.summary;
    if (summary == null) {
      throw new DamagedException(
          "The archive has no member '%s%s'.".formatted(ArchiveSink.LAYERS, id));
    }
    boolean isLess = layer.records < summary.records() || layer.extents < summary.extents();
    if (isLess && !isPart) {
      throw notAll(id);
    }
  }

  private static DamagedException notAll(UUID layer) {
    return new DamagedException(
        "The archive does not hold all that was backed up of layer " + layer + ", or more.");
  }

  /** The layers that came, or that the store has. */
  public Set<UUID> layers() {
    return coming.keySet();
  }

  /** Everything of the layers is there. */
  public void finish() throws IOException {
    for (Map.Entry<UUID, Coming> entry : coming.entrySet()) {
      Coming one = entry.getValue();
      if (one.restore.isPresent()) {
        LayerRestore restore = one.restore.get();
        restore.finish();
        LayerSummary summary = one.summary;
        if (isWhole && summary != null && restore.stored() != summary.records()) {
          throw notAll(entry.getKey());
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Coming one : coming.values()) {
      if (one.restore.isPresent()) {
        one.restore.get().close();
      }
    }
  }

  private Coming coming(UUID layer) throws IOException {
    Coming known = coming.get(layer);
    if (known == null) {
      known = new Coming(layers.begin(layer));
      coming.put(layer, known);
    }
    return known;
  }

  /** Takes what comes out of an archive; also what is not wanted is counted. */
  private final class Storing implements Members.Taker {

    @Override
    public void tree(ArchivedTree came) throws DamagedException {
      if (tree.isPresent()) {
        throw new DamagedException("The archive holds more than one backup.");
      }
      tree = Optional.of(came);
    }

    @Override
    public void nested(ArchivedNested came, boolean isWanted) throws DamagedException {
      if (nested.putIfAbsent(came.number(), came.description()) != null) {
        throw new DamagedException("The archive has a nested subvolume twice.");
      }
      if (isWanted) {
        wantedNested.add(came.number());
      }
    }

    @Override
    public void layer(LayerSummary summary) throws IOException {
      Coming layer = coming(summary.layer());
      if (layer.summary != null) {
        throw new DamagedException("The archive has layer " + summary.layer() + " twice.");
      }
      layer.summary = summary;
      if (layer.restore.isPresent()) {
        layer.restore.get().records(summary.own());
      }
    }

    @Override
    public void records(ObjectRecords records, boolean isWanted) throws IOException {
      for (ObjectRecords.OfLayer one : records.layers()) {
        Coming layer = coming(one.layer());
        layer.records += one.records().size();
        if (isWanted && layer.restore.isPresent()) {
          layer.restore.get().records(one.records());
        }
      }
    }

    @Override
    public void extent(EnvelopeHeader header, MemorySegment envelope, boolean isWanted)
        throws IOException {
      Coming layer = coming(header.layer());
      layer.extents++;
      if (isWanted && layer.restore.isPresent()) {
        layer.restore.get().extent(envelope);
      }
    }
  }
}
