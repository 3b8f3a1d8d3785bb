package ctrenc.overlay.layer;

import ctrenc.overlay.extent.ExtentReference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one batch changes in the extent map of one file. It sees the stored runs under its own
 * changes, and tells {@link References} how many references to an extent come and go. Not
 * thread-safe.
 */
final class ExtentMapEdit {

  /** Counts the references to an extent that come (positive) or go (negative). */
  interface References {
    void count(ExtentReference reference, int more);
  }

  private final LayerTable table;
  private final long inode;
  private final References references;
  private final TreeMap<Long, FileRun> added = new TreeMap<>();
  private final Set<Long> removed = new HashSet<>();

  ExtentMapEdit(LayerTable table, long inode, References references) {
    this.table = table;
    this.inode = inode;
    this.references = references;
  }

  /** Clears the run's range and puts it there. */
  void replace(FileRun run) throws IOException {
    clear(run.offset(), run.end());
    count(run, 1);
    added.put(run.end(), run);
  }

  /**
   * Lets go of all runs in {@code [from, to)}; those that cross its bounds are trimmed, or split in
   * two.
   */
  void clear(long from, long to) throws IOException {
    for (FileRun run : overlapping(from, to)) {
      if (added.remove(run.end()) == null) {
        removed.add(run.end());
      }
      int pieces = keep(run, run.offset(), from) + keep(run, to, run.end());
      count(run, pieces - 1);
    }
  }

  /** Ends of stored runs that go; one of the {@link #added} may have the same end. */
  Set<Long> removedEnds() {
    return removed;
  }

  /** Runs that come, by their ends. */
  SortedMap<Long, FileRun> added() {
    return added;
  }

  private List<FileRun> overlapping(long from, long to) throws IOException {
    List<FileRun> found = new ArrayList<>();
    for (FileRun run : table.runs(inode, from, to)) {
      if (!removed.contains(run.end())) {
        found.add(run);
      }
    }
    for (FileRun run : added.tailMap(from, false).values()) {
      if (run.offset() >= to) {
        break;
      }
      found.add(run);
    }
    return found;
  }

  /** Keeps {@code [from, to)} of a run, if there is anything between them. */
  private int keep(FileRun run, long from, long to) {
    if (from >= to) {
      return 0;
    }
    added.put(to, part(run, from, to));
    return 1;
  }

  private static FileRun part(FileRun run, long from, long to) {
    return switch (run) {
      case FileRun.Data(long offset, ExtentReference reference) ->
          new FileRun.Data(from, reference.part((int) (from - offset), (int) (to - from)));
      case FileRun.Hole hole -> new FileRun.Hole(from, to - from);
      case FileRun.Inline inline -> throw notStored(inline);
      case FileRun.HostFile hostFile -> throw notStored(hostFile);
    };
  }

  private void count(FileRun run, int more) {
    if (more != 0 && run instanceof FileRun.Data(long offset, ExtentReference reference)) {
      references.count(reference, more);
    }
  }

  private static IllegalArgumentException notStored(FileRun run) {
    return new IllegalArgumentException("an extent map holds no run of this kind: " + run);
  }
}
