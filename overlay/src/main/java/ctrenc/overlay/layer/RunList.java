package ctrenc.overlay.layer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All runs of one file in one layer, by offset. Runs never overlap, so their ends are in order too.
 * Immutable; a change makes a list that shares all pages but those it touches, so it costs about
 * the same in a file of few runs and of many.
 */
final class RunList {

  /** A file with more is not kept in memory as a whole. */
  static final int LIMIT = 16_384;

  private static final int PAGE = 128;

  static final RunList EMPTY = new RunList(List.of());

  /** None of them is empty. */
  private final List<List<FileRun>> pages;

  private final int size;

  private RunList(List<List<FileRun>> pages) {
    this.pages = pages;
    int runs = 0;
    for (List<FileRun> page : pages) {
      runs += page.size();
    }
    size = runs;
  }

  static RunList of(List<FileRun> sorted) {
    List<List<FileRun>> pages = new ArrayList<>();
    addPages(pages, sorted);
    return new RunList(pages);
  }

  int size() {
    return size;
  }

  /** The run that covers {@code offset} or begins first after it. */
  Optional<FileRun> at(long offset) {
    int page = pageOf(offset);
    return page < pages.size()
        ? Optional.of(pages.get(page).get(indexOf(pages.get(page), offset)))
        : Optional.empty();
  }

  /** The runs that overlap a range. */
  List<FileRun> overlapping(long from, long to) {
    List<FileRun> found = new ArrayList<>();
    int index = -1;
    for (int page = pageOf(from); page < pages.size(); page++) {
      List<FileRun> runs = pages.get(page);
      for (index = index < 0 ? indexOf(runs, from) : 0; index < runs.size(); index++) {
        if (runs.get(index).offset() >= to) {
          return found;
        }
        found.add(runs.get(index));
      }
    }
    return found;
  }

  /**
   * This list after a commit: first the runs with these ends go, then others come, in place of one
   * with the same end.
   */
  RunList changed(Iterable<Long> removedEnds, SortedMap<Long, FileRun> added) {
    TreeMap<Integer, List<FileRun>> touched = new TreeMap<>();
    for (long end : removedEnds) {
      int page = pageOf(end - 1);
      if (page < pages.size()) {
        remove(touched.computeIfAbsent(page, this::copyOf), end);
      }
    }
    for (FileRun run : added.values()) {
      int page = Math.min(pageOf(run.end() - 1), Math.max(pages.size() - 1, 0));
      put(touched.computeIfAbsent(page, this::copyOf), run);
    }
    return with(touched);
  }

  private RunList with(TreeMap<Integer, List<FileRun>> touched) {
    List<List<FileRun>> result = new ArrayList<>(pages.size() + touched.size());
    int copied = 0;
    for (var entry : touched.entrySet()) {
      result.addAll(pages.subList(copied, entry.getKey()));
      addPages(result, entry.getValue());
      copied = Math.min(entry.getKey() + 1, pages.size());
    }
    result.addAll(pages.subList(copied, pages.size()));
    return new RunList(result);
  }

  private List<FileRun> copyOf(int page) {
    return page < pages.size() ? new ArrayList<>(pages.get(page)) : new ArrayList<>();
  }

  private static void remove(List<FileRun> runs, long end) {
    int index = indexOf(runs, end - 1);
    if (index < runs.size() && runs.get(index).end() == end) {
      runs.remove(index);
    }
  }

  private static void put(List<FileRun> runs, FileRun run) {
    int index = indexOf(runs, run.end() - 1);
    if (index < runs.size() && runs.get(index).end() == run.end()) {
      runs.set(index, run);
    } else {
      runs.add(index, run);
    }
  }

  /** In pages of about one length, none longer than {@link #PAGE}. */
  private static void addPages(List<List<FileRun>> pages, List<FileRun> runs) {
    int count = (runs.size() + PAGE - 1) / PAGE;
    for (int i = 0; i < count; i++) {
      int from = runs.size() * i / count;
      pages.add(List.copyOf(runs.subList(from, runs.size() * (i + 1) / count)));
    }
  }

  /** The first page with a run whose end is above {@code offset}. */
  private int pageOf(long offset) {
    int low = 0;
    int high = pages.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (pages.get(middle).getLast().end() > offset) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** The first run whose end is above {@code offset}. */
  private static int indexOf(List<FileRun> runs, long offset) {
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
