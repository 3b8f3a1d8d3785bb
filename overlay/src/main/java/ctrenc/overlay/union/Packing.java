package ctrenc.overlay.union;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.UpperLayer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One pass over ranges of a file, in file order, that are sealed into as few extents as they fill.
 * Not thread-safe.
 */
final class Packing {

  private final UpperLayer upper;
  private final byte[] buffer;
  private final List<Part> parts = new ArrayList<>();
  private List<FileRun.Data> runs = new ArrayList<>();
  private int filled;

  /** Gathers in {@code buffer}, which is as long as the longest extent. */
  Packing(UpperLayer upper, byte[] buffer) {
    this.upper = upper;
    this.buffer = buffer;
  }

  void add(long offset, byte[] bytes, int from, int length) throws IOException {
    if (filled == 0 && length == ExtentStore.MAX_LENGTH) {
      runs.add(new FileRun.Data(offset, upper.append(bytes, from, length)));
      return;
    }
    int done = 0;
    while (done < length) {
      int count = Math.min(length - done, buffer.length - filled);
      System.arraycopy(bytes, from + done, buffer, filled, count);
      note(offset + done, count);
      filled += count;
      done += count;
      if (filled == buffer.length) {
        seal();
      }
    }
  }

  private void note(long offset, int count) {
    Part last = parts.isEmpty() ? null : parts.getLast();
    if (last != null && last.offset + last.length == offset) {
      parts.set(parts.size() - 1, new Part(last.offset, last.from, last.length + count));
    } else {
      parts.add(new Part(offset, filled, count));
    }
  }

  /** Appends what is gathered. */
  void seal() throws IOException {
    if (filled == 0) {
      return;
    }
    ExtentReference extent = upper.append(buffer, 0, filled);
    for (Part part : parts) {
      runs.add(new FileRun.Data(part.offset, extent.part(part.from, part.length)));
    }
    parts.clear();
    filled = 0;
  }

  /** Takes the runs of what was appended since the last time; they still have to be committed. */
  List<FileRun.Data> takeRuns() {
    List<FileRun.Data> taken = runs;
    runs = new ArrayList<>();
    return taken;
  }

  private record Part(long offset, int from, int length) {}
}
