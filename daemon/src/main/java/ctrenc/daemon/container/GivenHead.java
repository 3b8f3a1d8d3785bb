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

  private static final FactLog LOG = FactLog.of(GivenHead.class);

  /**
   * Of a root, or a nested subvolume, that is about to be locked. A full disk must not keep keys in
   * memory: it is locked without a HEAD then.
   */
  static GivenHead of(Store store, UUID subvolume) {
    try {
      return new GivenHead(store.subvolumes().heads().give(subvolume), "");
    } catch (IOException e) {
      LOG.failed("no HEAD could be given", e, "subvolume", subvolume);
      return new GivenHead(Optional.empty(), Sentences.of(e));
    }
  }
}
