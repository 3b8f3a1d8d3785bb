package ctrenc.overlay.subvolume;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.layer.EncryptedLayer;
import ctrenc.overlay.layer.NestedHead;
import ctrenc.overlay.layer.RecordShape;
import ctrenc.overlay.layer.UpperLayer;
import ctrenc.overlay.meta.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Gives HEADs out, and holds subvolumes against them, with all that are nested in them. A HEAD lies
 * in the layer that was the upper when it was given out, under its state root: see {@link
 * HeadCheck}. Thread-safe.
 */
final class StoredHeads implements Heads {

  private final StackTools tools;
  private final NestedSubvolumes nested;
  private final EncryptedStacks stacks;
  private final NestedHeads within;

  StoredHeads(StackTools tools, NestedSubvolumes nested, Arrivals arrivals) {
    this.tools = tools;
    this.nested = nested;
    this.stacks = new EncryptedStacks(tools);
    this.within = new NestedHeads(tools, nested, arrivals);
  }

  /** What is said of those that are nested in others. */
  NestedHeads within() {
    return within;
  }

  /**
   * A HEAD of a subvolume in use, noted in its upper; it is as durable as that is made next. Empty
   * where the upper is none of a sealed layer.
   *
   * @param said of those that are nested in it
   */
  Optional<Head> issue(UUID id, UpperLayer upper, List<NestedHead> said) throws IOException {
    List<Head> given = new ArrayList<>();
    stacks.with(
        id,
        layers -> {
          if (!layers.isEmpty() && layers.getFirst().id().equals(upper.id())) {
            given.add(new Head(NestedHeads.tag(layers, said)));
          }
        });
    return given.stream().findFirst();
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
    tools
        .open()
        .guarded(
            tools.nests().withNested(id),
            () -> {
              if (within.isReached(id)) {
                List<NestedHead> said = within.giveWithin(id);
                stacks.withUpper(
                    id,
                    layers -> {
                      given.add(new Head(NestedHeads.tag(layers, said)));
                      layers.getFirst().sync();
                    });
              }
            });
    if (nested.isNested(id)) {
      given.forEach(head -> within.put(id, head.tag()));
    }
    return given.stream().findFirst();
  }

  @Override
  public void demand(UUID id, boolean isDemanded) throws IOException {
    synchronized (tools.open().guard(id)) {
      stacks.withUpper(
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
      tools
          .open()
          .guarded(tools.nests().withNested(subvolume.id()), () -> check(subvolume, demand));
      isMet = true;
    } finally {
      if (!isMet) {
        refused.accept(subvolume);
      }
    }
  }

  private void check(SubvolumeRecord subvolume, HeadDemand demand) throws IOException {
    if (demand.isAnyAccepted()) {
      accept(subvolume.id());
    } else if (demand.head().isPresent()) {
      requireAfter(subvolume.id(), "this root", demand.head().get());
    } else if (mayDemand(subvolume)) {
      stacks.with(subvolume.id(), StoredHeads::requireFree);
    }
  }

  /**
   * The same of a nested one, whose guard and those of all in it are held; to be called when its
   * keys came into memory. Of those in it, those whose keys are not there go on to be demanded.
   */
  void checkNested(UUID id, HeadDemand demand) throws IOException {
    if (demand.isAnyAccepted()) {
      accept(id);
    } else {
      if (demand.head().isPresent()) {
        requireAfter(id, "this nested subvolume", demand.head().get());
      }
      within.requireDemanded(tools.nests().withNested(id));
    }
  }

  private void accept(UUID id) {
    Map<String, String> facts = Map.of("subvolume", id.toString());
    tools.parts().audit().report(new Finding(Finding.Kind.STALE, "accepted rollback", facts));
    within.accept(tools.nests().withNested(id));
  }

  private void requireAfter(UUID id, String what, Head head) throws IOException {
    List<NestedHead> said = new ArrayList<>();
    stacks.with(id, layers -> said.addAll(new HeadCheck(what, layers).requireAfter(head.tag())));
    within.require(id, said);
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

  private static void requireFree(List<EncryptedLayer> layers) throws IOException {
    for (EncryptedLayer layer : layers) {
      Optional<Boolean> rule = layer.heads().isDemanded();
      if (rule.isPresent() && rule.get()) {
        throw new RolledBackException(
            "This root is opened with a HEAD alone: say 'ctr-enc unlock --head HEAD' with the one"
                + " that was printed when it was locked last, or --accept-rollback to open what is"
                + " there.");
      }
      if (rule.isPresent()) {
        return;
      }
    }
  }
}
