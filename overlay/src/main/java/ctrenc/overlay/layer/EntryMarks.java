package ctrenc.overlay.layer;

import ctrenc.overlay.vfs.Name;
import java.util.Arrays;

/**
 * The entries of a small layer that does not change any more, as eight bytes for each. Made of the
 * names and not of the tokens that stand for them: those are another layer's others, and a stack of
 * many layers would compute as many for every look. Thread-safe.
 */
final class EntryMarks implements EntryFilter {

  private static final long FACTOR = 0x9E3779B97F4A7C15L;

  private final long[] marks;

  /** Sorts {@code marks}, which {@link #of} made, one of each entry. */
  EntryMarks(long[] marks) {
    this.marks = marks;
    Arrays.sort(marks);
  }

  @Override
  public boolean mayHave(long parent, Name name) {
    return Arrays.binarySearch(marks, of(parent, name)) >= 0;
  }

  static long of(long parent, Name name) {
    return (parent * FACTOR ^ name.hashCode()) * FACTOR;
  }
}
