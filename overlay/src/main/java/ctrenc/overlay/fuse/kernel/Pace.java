package ctrenc.overlay.fuse.kernel;

import java.util.Optional;

/** Tells the vigil when requests come one after the other, from when one thread gets its own. */
public final class Pace {

  /** Requests further apart than this are not of one run. */
  static final long NEAR_NANOS = 1_000_000;

  /** So many requests are a run. */
  static final int RUN = 8;

  private final Optional<Vigil> vigil;
  private long latest = System.nanoTime() - NEAR_NANOS;
  private int count;

  public Pace(Optional<Vigil> vigil) {
    this.vigil = vigil;
  }

  /** Notes a request, at a time of System.nanoTime. To be called by one thread. */
  public void note(long now) {
    count = now - latest < NEAR_NANOS ? Math.min(count + 1, RUN) : 1;
    latest = now;
    if (count == RUN && vigil.isPresent()) {
      vigil.get().note(now);
    }
  }
}
