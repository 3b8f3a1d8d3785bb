package ctrenc.overlay.subvolume;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.layer.EncryptedLayer;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.layer.LayerHeads;
import ctrenc.overlay.layer.RecordShape;
import ctrenc.overlay.layer.StateScrub;
import ctrenc.overlay.layer.UpperLayer;
import ctrenc.overlay.meta.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Gives HEADs out, and holds a stack against one. A HEAD lies in the layer that was the upper when
 * it was given out, under its state root: a stack came after it if one of its layers remembers it,
 * if what was under that layer is there unchanged, or was merged, and if every layer is what its
 * state root says. Thread-safe.
 */
final class StoredHeads implements Heads {

  private static final long PART = 16L << 20;

  private final StackTools tools;

  StoredHeads(StackTools tools) {
    this.tools = tools;
  }

  /** What is done with the encrypted layers of a stack, top first. */
  private interface Work {
    void run(List<EncryptedLayer> layers) throws IOException;
  }

  /**
   * A HEAD of a subvolume in use, noted in its upper; it is as durable as that is made next. Empty
   * where the upper is none of a sealed layer.
   */
  Optional<Head> issue(UUID id, UpperLayer upper) throws IOException {
    List<Head> given = new ArrayList<>();
    withLayers(
        tools.catalog().requireLiving(id),
        layers -> {
          if (!layers.isEmpty() && layers.getFirst().id().equals(upper.id())) {
            given.add(issue(layers));
          }
        });
    return given.stream().findFirst();
  }

  private static Head issue(List<EncryptedLayer> layers) throws IOException {
    return new Head(layers.getFirst().heads().issue(roots(layers.subList(1, layers.size()))));
  }

  /**
   * A HEAD of one that nobody has open and that is about to be frozen as it lies. None of what is
   * frozen already: it would cost a fresh layer.
   */
  Optional<Head> giveIdle(UUID id, Arrivals arrivals) throws IOException {
    return arrivals.isFrozen(id) ? Optional.empty() : give(id);
  }

  @Override
  public Optional<Head> give(UUID id) throws IOException {
    List<Head> given = new ArrayList<>();
    synchronized (tools.open().guard(id)) {
      if (!tools.keyring().holds(id)) {
        return Optional.empty();
      }
      withUpper(
          id,
          layers -> {
            given.add(issue(layers));
            layers.getFirst().sync();
          });
    }
    return Optional.of(given.getFirst());
  }

  @Override
  public void demand(UUID id, boolean isDemanded) throws IOException {
    synchronized (tools.open().guard(id)) {
      withUpper(
          id,
          layers -> {
            layers.getFirst().heads().demand(isDemanded);
            layers.getFirst().sync();
          });
    }
  }

  /**
   * To be called with the subvolume's guard held and its keys in memory.
   *
   * @param refused is given the subvolume where it is not opened
   * @throws RolledBackException if it does not meet the demand
   */
  void check(SubvolumeRecord subvolume, HeadDemand demand, Consumer<SubvolumeRecord> refused)
      throws IOException {
    boolean isMet = false;
    try {
      check(subvolume, demand);
      isMet = true;
    } finally {
      if (!isMet) {
        refused.accept(subvolume);
      }
    }
  }

  private void check(SubvolumeRecord subvolume, HeadDemand demand) throws IOException {
    if (demand.isAnyAccepted()) {
      Map<String, String> facts = Map.of("subvolume", subvolume.id().toString());
      tools.parts().audit().report(new Finding(Finding.Kind.STALE, "accepted rollback", facts));
      return;
    }
    if (demand.head().isEmpty() && !mayDemand(subvolume)) {
      return;
    }
    withLayers(
        subvolume,
        layers -> {
          if (demand.head().isPresent()) {
            requireAfter(demand.head().get(), layers);
          } else if (isDemanded(layers)) {
            throw new RolledBackException(
                "This root is opened with a HEAD alone: say 'ctr-enc unlock --head HEAD' with the one"
                    + " that was printed when it was locked last, or --accept-rollback to open what"
                    + " is there.");
          }
        });
  }

  /** Without a key: whether one of its layers says anything of demands. */
  private boolean mayDemand(SubvolumeRecord subvolume) throws IOException {
    for (SubvolumeRecord.Level level : subvolume.stack()) {
      byte[] key = RecordShape.headRuleKey(level.layer());
      if (tools.parts().meta().get(Table.LAYER, key).isPresent()) {
        return true;
      }
    }
    return false;
  }

  private static boolean isDemanded(List<EncryptedLayer> layers) throws IOException {
    for (EncryptedLayer layer : layers) {
      Optional<Boolean> rule = layer.heads().isDemanded();
      if (rule.isPresent()) {
        return rule.get();
      }
    }
    return false;
  }

  private void requireAfter(Head head, List<EncryptedLayer> layers) throws IOException {
    Set<UUID> merged = new HashSet<>();
    for (EncryptedLayer layer : layers) {
      merged.addAll(layer.heads().merged());
    }
    boolean isAfter = false;
    for (int i = 0; i < layers.size() && !isAfter; i++) {
      Optional<LayerHeads.Head> found = layers.get(i).heads().find(head.tag());
      isAfter =
          found.isPresent()
              && holds(found.get().lowers(), roots(layers.subList(i + 1, layers.size())), merged);
    }
    if (!isAfter) {
      throw new RolledBackException(
          "What is stored of this root is older than the HEAD, or never was at it: somebody put"
              + " back an older copy, or the HEAD is of another root. After a restore of your own,"
              + " --accept-rollback opens what is there.");
    }
    for (EncryptedLayer layer : layers) {
      requireWhole(layer);
    }
  }

  private static boolean holds(
      Map<UUID, byte[]> expected, Map<UUID, byte[]> found, Set<UUID> merged) {
    return expected.entrySet().stream()
        .allMatch(
            lower ->
                found.containsKey(lower.getKey())
                    ? Arrays.equals(found.get(lower.getKey()), lower.getValue())
                    : merged.contains(lower.getKey()));
  }

  private void requireWhole(EncryptedLayer layer) throws IOException {
    try (StateScrub scrub = layer.stateScrub()) {
      boolean isMore = true;
      while (isMore) {
        isMore = layer.sumSome(scrub, PART);
      }
      Optional<String> fault = scrub.fault();
      if (fault.isPresent()) {
        throw new RolledBackException(
            fault.get() + " Restore the root, or open what is there with --accept-rollback.");
      }
    }
  }

  private static Map<UUID, byte[]> roots(List<EncryptedLayer> layers) throws IOException {
    Map<UUID, byte[]> roots = new LinkedHashMap<>();
    for (EncryptedLayer layer : layers) {
      roots.put(layer.id(), layer.heads().root());
    }
    return roots;
  }

  /** With a first layer that grows. */
  private void withUpper(UUID id, Work work) throws IOException {
    if (tools.open().find(id).isPresent()) {
      withLayers(tools.catalog().requireLiving(id), work);
      return;
    }
    OpenStack opened =
        tools.opener().open(tools.catalog().requireLiving(id), Optional.empty(), () -> {});
    try {
      withLayers(tools.catalog().requireLiving(id), work);
    } finally {
      opened.fileSystem().close();
    }
  }

  private void withLayers(SubvolumeRecord subvolume, Work work) throws IOException {
    List<Long> held = new ArrayList<>();
    try {
      List<Layer> layers =
          tools.opener().acquireReadable(subvolume.id(), subvolume.stack(), held::add).layers();
      work.run(
          layers.stream()
              .filter(EncryptedLayer.class::isInstance)
              .map(EncryptedLayer.class::cast)
              .toList());
    } finally {
      tools.opener().releaseAll(held);
    }
  }
}
