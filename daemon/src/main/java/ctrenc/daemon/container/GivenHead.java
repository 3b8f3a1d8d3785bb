package ctrenc.daemon.container;

import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.refusal.Sentences;
import ctrenc.overlay.subvolume.Head;
import ctrenc.overlay.subvolume.Store;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;

/**
 * What a root holds, to be demanded when it is unlocked.
 *
 * @param problem why there is none although the keys were there; a sentence, or empty
 */
public record GivenHead(Optional<Head> head, String problem) {

  /** Nested subvolumes have none. */
  static final GivenHead NONE = new GivenHead(Optional.empty(), "");

  private static final FactLog LOG = FactLog.of(GivenHead.class);

  /**
   * Of a root that is about to be locked. A full disk must not keep keys in memory: it is locked
   * without a HEAD then.
   *
   * @param isStrict unlocking demands a HEAD from now on
   */
  static GivenHead of(Store store, ManagedContainer container, boolean isStrict)
      throws IOException {
    UUID subvolume = container.identity.subvolume();
    if (isStrict) {
      store.subvolumes().heads().demand(subvolume, true);
    }
    try {
      return new GivenHead(store.subvolumes().heads().give(subvolume), "");
    } catch (IOException e) {
      LOG.failed("no HEAD could be given", e, "container", container.id());
      return new GivenHead(Optional.empty(), Sentences.of(e));
    }
  }
}
