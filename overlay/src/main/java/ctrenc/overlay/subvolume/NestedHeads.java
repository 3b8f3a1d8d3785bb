package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.EncryptedLayer;
import ctrenc.overlay.layer.NestedHead;
import ctrenc.overlay.layer.UpperLayer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the HEAD of a subvolume says of those that are nested in it, and whether that holds. One
 * whose keys are not in memory at the time is held against it when it is unlocked; and a HEAD says
 * of it what was said last. Thread-safe; callers hold the guards of all whom it is about.
 */
final class NestedHeads {

  private final StackTools tools;
  private final NestedSubvolumes nested;
  private final Arrivals arrivals;
  private final EncryptedStacks stacks;
  private final Map<UUID, NestedHead> last = new ConcurrentHashMap<>();
  private final Map<UUID, NestedHead> demanded = new ConcurrentHashMap<>();

  NestedHeads(StackTools tools, NestedSubvolumes nested, Arrivals arrivals) {
    this.tools = tools;
    this.nested = nested;
    this.arrivals = arrivals;
    this.stacks = new EncryptedStacks(tools);
  }

  /** Brings the KEK of a subvolume into memory where no secret is needed; else it is false. */
  boolean isReached(UUID id) throws IOException {
    boolean isReached = nested.opensNow(id);
    if (isReached) {
      nested.unlock(id);
    }
    return isReached;
  }

  /** What a HEAD of a subvolume says of all in it, durable when this returns. */
  List<NestedHead> giveWithin(UUID top) throws IOException {
    last.keySet().removeIf(id -> !nested.isNested(id));
    List<NestedHead> given = new ArrayList<>();
    for (NestRecord nest : tools.nests().within(top)) {
      give(nest.id()).ifPresent(given::add);
    }
    return given;
  }

  /** The same of one; empty where its keys are not there and nothing was said of it before. */
  Optional<NestedHead> give(UUID id) throws IOException {
    if (tools.catalog().subvolume(id).isEmpty() || !isReached(id)) {
      return Optional.ofNullable(last.get(id));
    }
    boolean isFrozen = tools.open().find(id).isEmpty() && arrivals.isFrozen(id);
    if (isFrozen) {
      stacks.with(
          id, layers -> put(id, NestedHead.frozen(arrivals.owner(id), HeadCheck.roots(layers))));
    } else {
      stacks.withUpper(
          id,
          layers -> {
            put(id, tag(layers, List.of()));
            layers.getFirst().sync();
          });
    }
    return Optional.ofNullable(last.get(id));
  }

  /** The same of one in use that is being frozen; it is as durable as that. */
  Optional<NestedHead> issue(UUID id, UpperLayer upper) throws IOException {
    stacks.with(
        id,
        layers -> {
          if (!layers.isEmpty() && layers.getFirst().id().equals(upper.id())) {
            put(id, tag(layers, List.of()));
          }
        });
    return Optional.ofNullable(last.get(id));
  }

  /** Gives a HEAD out of the first of these layers. */
  static byte[] tag(List<EncryptedLayer> layers, List<NestedHead> nested) throws IOException {
    return layers
        .getFirst()
        .heads()
        .issue(HeadCheck.roots(layers.subList(1, layers.size())), nested);
  }

  /** Remembers a HEAD that was given of a nested one by itself. */
  void put(UUID id, byte[] tag) {
    put(id, NestedHead.of(arrivals.owner(id), tag));
  }

  private void put(UUID id, NestedHead said) {
    last.put(id, said);
  }

  /**
   * Holds all that are nested in one against what its HEAD said. What was said of one that is gone
   * means nothing: it may have been removed.
   *
   * @throws RolledBackException if one of them did not come after it
   */
  void require(UUID top, List<NestedHead> said) throws IOException {
    for (NestRecord nest : tools.nests().within(top)) {
      UUID owner = arrivals.owner(nest.id());
      for (NestedHead one : said) {
        if (one.owner().equals(owner)) {
          require(nest.id(), one);
        }
      }
    }
  }

  private void require(UUID id, NestedHead said) throws IOException {
    if (!isReached(id)) {
      NestedHead known = last.putIfAbsent(id, said);
      demanded.put(id, known == null ? said : known);
      return;
    }
    stacks.with(id, layers -> new HeadCheck("the nested subvolume " + id, layers).require(said));
    demanded.remove(id);
  }

  /**
   * Holds some whose keys came into memory against what was demanded of them before.
   *
   * @throws RolledBackException if one of them did not come after it
   */
  void requireDemanded(List<UUID> all) throws IOException {
    for (UUID id : all) {
      NestedHead said = demanded.get(id);
      if (said != null) {
        require(id, said);
      }
    }
  }

  /** Demands nothing more of these: what is there is accepted. */
  void accept(List<UUID> all) {
    demanded.keySet().removeAll(all);
    last.keySet().removeAll(all);
  }
}
