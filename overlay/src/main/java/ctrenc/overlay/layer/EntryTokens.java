package ctrenc.overlay.layer;

import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.Arrays;

/**
 * The entries of a small layer that does not change any more, as eight bytes of each key's: so the
 * names stay sealed. Thread-safe.
 */
final class EntryTokens implements EntryFilter {

  private static final long FACTOR = 0x9E3779B97F4A7C15L;

  private final RecordForm form;
  private final long[] marks;

  /** Sorts {@code marks}, which {@link #mark} made, one of each entry. */
  EntryTokens(RecordForm form, long[] marks) {
    this.form = form;
    this.marks = marks;
    Arrays.sort(marks);
  }

  @Override
  public boolean mayHave(long parent, Name name) throws IOException {
    byte[] token = form.token(parent, name);
    return Arrays.binarySearch(marks, mark(parent, token, 0)) >= 0;
  }

  /** Of the token that begins at {@code offset}. */
  static long mark(long parent, byte[] token, int offset) {
    long mark = parent * FACTOR;
    for (int i = offset; i < token.length; i++) {
      mark = (mark ^ token[i]) * FACTOR;
    }
    return mark;
  }
}
