package ctrenc.daemon.key;

import ctrenc.daemon.refusal.RefusedException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Makes those wait who try wrong secrets: a second after the first, twice as long after each
 * further one, a minute at most. It guards against slips and scripts that hold the socket, not
 * against root, who can copy the store and guess elsewhere; so it is kept in memory alone, and a
 * restart forgets it. Thread-safe.
 */
public final class UnlockPace {

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final InstantSource clock;
  private final Map<UUID, Wait> waits = new HashMap<>();

  private record Wait(Duration length, long untilMillis) {}

  public UnlockPace(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Says that an attempt begins, which counts as wrong until {@link #opened}.
   *
   * @throws RefusedException if it comes too early
   */
  public synchronized void attempt(UUID subvolume) throws RefusedException {
    long now = clock.millis();
    Wait wait = waits.get(subvolume);
    if (wait != null && now < wait.untilMillis) {
      throw RefusedException.conflict(
          "A wrong secret was given before: wait %d seconds and try again."
              .formatted((wait.untilMillis - now + 999) / 1000));
    }
    Duration length = wait == null ? FIRST : wait.length.multipliedBy(2);
    length = length.compareTo(LONGEST) > 0 ? LONGEST : length;
    waits.put(subvolume, new Wait(length, now + length.toMillis()));
  }

  public synchronized void opened(UUID subvolume) {
    waits.remove(subvolume);
  }
}
