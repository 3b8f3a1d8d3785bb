package ctrenc.daemon.maintenance;

import ctrenc.daemon.log.FactLog;
import ctrenc.overlay.extent.CompactionResult;
import ctrenc.overlay.extent.CompactionRule;
import ctrenc.overlay.extent.CompactionWatch;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.subvolume.Upkeep;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Rewrites what is mostly dead although nobody asked: a container that goes on for months would
 * gather it. Only where much is dead, and slowly. Thread-safe.
 */
public final class Compactor implements AutoCloseable {

  private static final FactLog LOG = FactLog.of(Compactor.class);
  private static final long MINUTES = 30;
  private static final long BYTES_PER_SECOND = 32L << 20;

  private final Upkeep upkeep;
  private final Pace pace = Pace.of(BYTES_PER_SECOND);
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("ctr-enc-compactor").daemon(true).factory());

  Compactor(Upkeep upkeep) {
    this.upkeep = upkeep;
  }

  /** Looks twice an hour from now on. */
  public static Compactor start(Upkeep upkeep) {
    Compactor started = new Compactor(upkeep);
    started.timer.scheduleWithFixedDelay(started::compact, MINUTES, MINUTES, TimeUnit.MINUTES);
    return started;
  }

  /**
   * Looks once, and does what is to be done. A failure is in the log; the next look tries again.
   */
  void compact() {
    Watch watch = new Watch();
    try {
      CompactionResult result =
          upkeep.compact(Optional.empty(), CompactionRule.unasked(), pace, watch);
      if (result.files() > 0 || watch.damaged > 0) {
        LOG.info(
            "segment files compacted",
            "files",
            result.files(),
            "moved",
            result.movedBytes(),
            "reclaimed",
            result.storedBefore() - result.storedAfter(),
            "damaged",
            watch.damaged);
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("segment files could not be compacted", "reason", String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    pace.cancel();
    timer.shutdownNow();
  }

  private static final class Watch implements CompactionWatch {
    private long damaged;

    @Override
    public void moved(long bytes) {
      // The log says how much it was at the end.
    }

    @Override
    public void damaged(UUID layer, long extent) {
      damaged++;
    }
  }
}
