package ctrenc.overlay.layer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * All runs of one file in one layer, by offset; or the knowledge that they are too many to be kept
 * in memory. Immutable. Runs never overlap, so their ends are in order too.
 */
final class RunList {

  /** Files with more runs than this are looked up in the store each time. */
  static final int LIMIT = 512;

  static final RunList EMPTY = new RunList(List.of(), true);
  static final RunList TOO_MANY = new RunList(List.of(), false);

  private final List<FileRun> runs;
  private final boolean complete;

  private RunList(List<FileRun> runs, boolean complete) {
    this.runs = runs;
    this.complete = complete;
  }

  static RunList of(List<FileRun> sorted) {
    return sorted.size() > LIMIT ? TOO_MANY : new RunList(List.copyOf(sorted), true);
  }

  /** False where the store has to be asked. */
  boolean isComplete() {
    return complete;
  }

  int size() {
    return runs.size();
  }

  /** The run that covers {@code offset} or begins first after it. */
  Optional<FileRun> at(long offset) {
    int index = indexOf(offset);
    return index < runs.size() ? Optional.of(runs.get(index)) : Optional.empty();
  }

  /** The runs that overlap a range. */
  List<FileRun> overlapping(long from, long to) {
    int first = indexOf(from);
    int last = first;
    while (last < runs.size() && runs.get(last).offset() < to) {
      last++;
    }
    return runs.subList(first, last);
  }

  /**
   * This list after a commit: first the runs with these ends go, then others come. It may already
   * hold what comes, if it was read right after the commit.
   */
  RunList changed(Set<Long> removedEnds, SortedMap<Long, FileRun> added) {
    if (!complete) {
      return TOO_MANY;
    }
    List<FileRun> result = new ArrayList<>(runs.size() + added.size());
    boolean inOrder = true;
    for (FileRun run : runs) {
      if (!removedEnds.contains(run.end()) && !added.containsKey(run.end())) {
        result.add(run);
      }
    }
    for (FileRun run : added.values()) {
      inOrder &= result.isEmpty() || result.getLast().end() <= run.offset();
      result.add(run);
    }
    if (!inOrder) {
      Collections.sort(result, (a, b) -> Long.compare(a.offset(), b.offset()));
    }
    return of(result);
  }

  /** The first run whose end is above {@code offset}. */
  private int indexOf(long offset) {
    int low = 0;
    int high = runs.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (runs.get(middle).end() > offset) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
