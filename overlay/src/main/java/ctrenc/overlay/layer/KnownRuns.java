package ctrenc.overlay.layer;

import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What is known in memory of the runs of one file in one layer. Thread-safe. */
sealed interface KnownRuns {

  /** How many runs are held in memory. */
  int size();

  /**
   * What is known after a commit: the runs with these ends have gone, then others have come. It may
   * know already what comes, if it was read right after the commit.
   */
  KnownRuns changed(Iterable<Long> removedEnds, SortedMap<Long, FileRun> added);

  /** All of them. */
  record All(RunList runs) implements KnownRuns {

    @Override
    public int size() {
      return runs.size();
    }

    @Override
    public KnownRuns changed(Iterable<Long> removedEnds, SortedMap<Long, FileRun> added) {
      RunList after = runs.changed(removedEnds, added);
      return after.size() > RunList.LIMIT ? TooMany.forGood() : new All(after);
    }
  }

  /**
   * That they are many, and are looked up in the store one by one until that has cost as much as
   * reading all of them: so a list that has to leave the memory soon costs twice the time at most.
   */
  final class TooMany implements KnownRuns {

    /** As many are read at first sight of a file. */
    static final int FEW = 512;

    private static final int WORTH = 256;

    private final AtomicInteger left;

    private TooMany(int left) {
      this.left = new AtomicInteger(left);
    }

    static TooMany soFar() {
      return new TooMany(WORTH);
    }

    /** For a file that has more than a list takes. */
    static TooMany forGood() {
      return new TooMany(Integer.MAX_VALUE);
    }

    /** True for one of many who ask. */
    boolean isWorthReading() {
      int now = left.decrementAndGet();
      if (now == 0) {
        // What is read may be out of date before it is kept; then the next try is as far away.
        left.set(WORTH);
      }
      return now == 0;
    }

    @Override
    public int size() {
      return 0;
    }

    @Override
    public KnownRuns changed(Iterable<Long> removedEnds, SortedMap<Long, FileRun> added) {
      return this;
    }
  }
}
