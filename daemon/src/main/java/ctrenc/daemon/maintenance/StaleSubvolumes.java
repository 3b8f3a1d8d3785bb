package ctrenc.daemon.maintenance;

import ctrenc.daemon.log.FactLog;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import ctrenc.overlay.subvolume.Subvolumes;
import java.io.IOException;
import java.util.List;

/**
 * Removes what throwaway roots of an earlier daemon left in the store. Their keys went with that
 * daemon, so nothing of value is lost: what is found when the daemon starts, and is throwaway, can
 * be of no use to anybody.
 */
public final class StaleSubvolumes {

  private static final FactLog LOG = FactLog.of(StaleSubvolumes.class);

  private final Subvolumes subvolumes;
  private final List<SubvolumeInfo> stale;

  private StaleSubvolumes(Subvolumes subvolumes, List<SubvolumeInfo> stale) {
    this.subvolumes = subvolumes;
    this.stale = stale;
  }

  /** Finds them; must be called before the first root of this daemon is made. */
  public static StaleSubvolumes find(Subvolumes subvolumes) {
    return new StaleSubvolumes(
        subvolumes, subvolumes.list().stream().filter(SubvolumeInfo::throwaway).toList());
  }

  /** Removes them, in a thread of its own, because the daemon can serve while it does. */
  public void remove() {
    if (!stale.isEmpty()) {
      Thread.ofPlatform().daemon(true).name("ctr-enc-stale").start(this::removeAll);
    }
  }

  private void removeAll() {
    for (SubvolumeInfo subvolume : stale) {
      try {
        subvolumes.destroy(subvolume.id());
        LOG.info("stale root removed", "subvolume", subvolume.id());
      } catch (IOException | RuntimeException e) {
        LOG.failed("stale root was not removed", e, "subvolume", subvolume.id());
      }
    }
  }
}
