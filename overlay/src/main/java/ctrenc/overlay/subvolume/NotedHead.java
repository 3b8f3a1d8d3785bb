package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.NestedHead;
import ctrenc.overlay.layer.UpperLayer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Gives a HEAD of a subvolume out at the instant at which it is frozen, so that it is of what the
 * frozen layers hold, neither more nor less, and lies in them wherever they go. Where others that
 * are nested in it are frozen with it, it is given out when all of them stand still, and says what
 * they hold. Not thread-safe.
 */
final class NotedHead implements StackFreezer.Also {

  private final StoredHeads heads;
  private final UUID subvolume;
  private final StackFreezer.Also also;
  private final List<NestedHead> said = new ArrayList<>();
  private final Set<UUID> awaited = new HashSet<>();
  private Optional<UpperLayer> upper = Optional.empty();
  private Optional<Head> given = Optional.empty();

  /**
   * @param also what the change does that freezes it
   */
  NotedHead(StoredHeads heads, UUID subvolume, StackFreezer.Also also) {
    this.heads = heads;
    this.subvolume = subvolume;
    this.also = also;
  }

  /** Says of a nested one, which is not in use, what it holds. */
  void say(NestedHead nested) {
    said.add(nested);
  }

  /** Waits for all of these to stand still. */
  void await(List<UUID> inUse) {
    awaited.addAll(inUse);
  }

  @Override
  public void note(UUID frozen, UpperLayer its) throws IOException {
    awaited.remove(frozen);
    if (frozen.equals(subvolume)) {
      upper = Optional.of(its);
    } else {
      heads.within().issue(frozen, its).ifPresent(said::add);
    }
    if (awaited.isEmpty() && upper.isPresent()) {
      // Where others stood still after it, the sync of the catalog makes this durable.
      given = heads.issue(subvolume, upper.get(), said);
    }
  }

  @Override
  public void add(CatalogEdit edit, Map<UUID, List<SubvolumeRecord.Level>> frozen)
      throws IOException {
    also.add(edit, frozen);
  }

  /** Has one that was given out before, of a subvolume that nobody has open. */
  void take(Optional<Head> head) {
    given = head;
  }

  /** The HEAD, once it is frozen; empty if it was not in use, or has no layer to note it in. */
  Optional<Head> given() {
    return given;
  }
}
