package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.UpperLayer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Gives a HEAD of a subvolume out at the instant at which it is frozen, so that it is of what the
 * frozen layers hold, neither more nor less, and lies in them wherever they go. Not thread-safe.
 */
final class NotedHead implements StackFreezer.Also {

  private final StoredHeads heads;
  private final UUID subvolume;
  private final StackFreezer.Also also;
  private Optional<Head> given = Optional.empty();

  /**
   * @param also what the change does that freezes it
   */
  NotedHead(StoredHeads heads, UUID subvolume, StackFreezer.Also also) {
    this.heads = heads;
    this.subvolume = subvolume;
    this.also = also;
  }

  @Override
  public void note(UUID frozen, UpperLayer upper) throws IOException {
    if (frozen.equals(subvolume)) {
      given = heads.issue(subvolume, upper);
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
