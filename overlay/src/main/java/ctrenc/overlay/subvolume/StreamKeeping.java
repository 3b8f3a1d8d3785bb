package ctrenc.overlay.subvolume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * What of a stream waits for the rest, if the stream is cut or the process dies. Not thread-safe.
 */
final class StreamKeeping {

  private final StackKeeping stacks;

  /** The layers that are being built, in the order in which they came; those that wait are not. */
  private final Map<UUID, LayerRecord> built;

  /** Up to which extent a layer is whole and durable; 0 for one without extents. */
  private final Map<UUID, Long> came = new HashMap<>();

  /** What was kept of an earlier stream. */
  private final Map<UUID, KeptLayers.Kept> adopted = new LinkedHashMap<>();

  /** Layers of which the store says, durably, that they are kept. */
  private final Set<UUID> noted = new HashSet<>();

  StreamKeeping(StackKeeping stacks, Map<UUID, LayerRecord> built) {
    this.stacks = stacks;
    this.built = built;
  }

  /** Nothing of a layer is known to be durable. */
  void begins(UUID layer) {
    came.remove(layer);
  }

  void came(UUID layer, long last) {
    came.put(layer, last);
  }

  /** What came so far outlives the process. */
  void mark(UUID layer, long last) throws IOException {
    came.put(layer, last);
    List<KeptLayers.Kept> marked = upTo(layer);
    marked.forEach(one -> noted.add(one.id()));
    stacks.kept().mark(marked);
  }

  /** What came, in its order, of a stream that goes on with a layer. */
  private List<KeptLayers.Kept> upTo(UUID goesOn) {
    List<KeptLayers.Kept> kept = new ArrayList<>();
    for (Map.Entry<UUID, LayerRecord> one : built.entrySet()) {
      boolean isBehind = kept.stream().anyMatch(before -> before.id().equals(goesOn));
      if (!isBehind && came.containsKey(one.getKey())) {
        long number = one.getValue().number();
        kept.add(new KeptLayers.Kept(one.getKey(), number, last(one.getKey()), goesOn));
      }
    }
    return kept;
  }

  /** Goes on with a layer of which something was kept, if that fits; its number. */
  Optional<Long> adopt(UUID layer, Predicate<KeptLayers.Kept> fits) throws IOException {
    if (stacks.kept().find(layer).filter(fits).isEmpty()) {
      return Optional.empty();
    }
    Optional<KeptLayers.Kept> taken = stacks.kept().take(layer);
    if (taken.isPresent()) {
      built.put(layer, stacks.catalog().layer(taken.get().number()));
      came.put(layer, taken.get().last());
      adopted.put(layer, taken.get());
      noted.add(layer);
    }
    return taken.map(KeptLayers.Kept::number);
  }

  /** Whether anything goes on with what was kept. */
  boolean isGoingOn() {
    return !adopted.isEmpty();
  }

  /**
   * Keeps what came of a stream that was cut. Where it goes on; empty if nothing came that is worth
   * it.
   */
  Optional<ResumePoint> keep() throws IOException {
    List<UUID> fresh = new ArrayList<>(built.keySet());
    fresh.retainAll(came.keySet());
    fresh.removeIf(layer -> isWhole(layer) || last(layer) == 0);
    if (!came.keySet().containsAll(adopted.keySet())) {
      // What could not be written is not gone on with.
      return Optional.empty();
    }
    if (fresh.isEmpty()) {
      stacks.kept().keep(List.copyOf(adopted.values()));
      adopted.keySet().forEach(built::remove);
      return adopted.values().stream()
          .findFirst()
          .flatMap(one -> stacks.kept().point(one.goesOn()));
    }
    UUID goesOn = fresh.getLast();
    List<KeptLayers.Kept> kept = upTo(goesOn);
    stacks.kept().keep(kept);
    kept.forEach(one -> built.remove(one.id()));
    return stacks.kept().point(goesOn);
  }

  /** It came as a whole with an earlier stream. */
  private boolean isWhole(UUID layer) {
    return Optional.ofNullable(adopted.get(layer)).filter(KeptLayers.Kept::isWhole).isPresent();
  }

  private long last(UUID layer) {
    return came.getOrDefault(layer, 0L);
  }

  /** Everything came: nothing waits, and what else was kept of the same stream is of no use. */
  void dropRest() throws IOException {
    for (KeptLayers.Kept one : adopted.values()) {
      KeptStreams.drop(stacks, one.goesOn());
    }
    for (UUID layer : noted) {
      stacks.kept().forget(layer);
    }
  }

  /** To be called before a layer goes that is being built. */
  void forget(UUID layer) throws IOException {
    if (noted.contains(layer)) {
      stacks.kept().forget(layer);
    }
  }
}
