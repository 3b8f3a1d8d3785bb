package ctrenc.overlay.layer;

import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.UnreadableException;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which inodes and names a layer has a say in, where they are few. To find out takes a pass over
 * their records, of milliseconds where they are many; until the layer changes the answer is kept,
 * since every stack of which it is a lower asks. Thread-safe.
 */
final class LayerSurvey {

  private final LayerTable table;
  private volatile @Nullable Known<long[]> inodes;
  private volatile @Nullable Known<EntryFilter> names;

  LayerSurvey(LayerTable table) {
    this.table = table;
  }

  /** The numbers of all inodes with a record, in order, not to be changed. */
  Optional<long[]> inodes(int most) throws IOException {
    long changes = table.changes();
    Known<long[]> known = inodes;
    if (known == null || !known.answers(most, changes)) {
      long[] numbers = table.inodesFrom(0, most + 1);
      boolean few = numbers.length <= most;
      known = new Known<>(most, changes, few ? Optional.of(numbers) : Optional.empty());
      inodes = known;
    }
    return known.answer;
  }

  /** Empty if there are more than {@code most} entries, or one that cannot be read. */
  Optional<EntryFilter> entryFilter(int most) throws IOException {
    long changes = table.changes();
    Known<EntryFilter> known = names;
    if (known == null || !known.answers(most, changes)) {
      known = new Known<>(most, changes, readNames(most));
      names = known;
    }
    return known.answer;
  }

  private Optional<EntryFilter> readNames(int most) throws IOException {
    long[] marks = new long[most];
    int count = 0;
    byte[] from = RecordKeys.layer(table.layer());
    byte[] to = RecordKeys.layer(table.layer() + 1);
    try (MetaCursor cursor = table.meta().scan(Table.ENTRY, from, to)) {
      while (cursor.next()) {
        if (count == most) {
          return Optional.empty();
        }
        Name name = table.readEntry(cursor.key(), cursor.value()).name();
        marks[count++] = EntryMarks.of(RecordShape.owner(cursor.key()), name);
      }
    } catch (UnreadableException e) {
      // The reader has reported it; whoever looks for that name must see it fail.
      return Optional.empty();
    }
    return Optional.of(new EntryMarks(Arrays.copyOf(marks, count)));
  }

  /** What was found when the layer had changed so many times. */
  private record Known<T>(int most, long changes, Optional<T> answer) {

    boolean answers(int asked, long now) {
      return most == asked && changes == now;
    }
  }
}
