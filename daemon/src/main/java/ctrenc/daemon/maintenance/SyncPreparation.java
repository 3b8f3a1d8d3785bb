package ctrenc.daemon.maintenance;

import ctrenc.daemon.log.FactLog;
import ctrenc.overlay.subvolume.Store;
import java.io.IOException;

/**
 * Makes later syncs of a store cheaper, beside what a daemon does that has just begun. Nothing
 * depends on it.
 */
public final class SyncPreparation {

  private static final FactLog LOG = FactLog.of(SyncPreparation.class);

  private SyncPreparation() {}

  /** Returns at once; the store's end waits for it. */
  public static void start(Store store) {
    Thread.ofPlatform().daemon().name("ctr-enc-log").start(() -> run(store));
  }

  private static void run(Store store) {
    try {
      store.upkeep().prepareSyncs();
    } catch (IOException e) {
      LOG.failed("syncs were not prepared", e);
    }
  }
}
