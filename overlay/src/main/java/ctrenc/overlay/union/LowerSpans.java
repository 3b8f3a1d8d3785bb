package ctrenc.overlay.union;

import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.Layer;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds which of several lowers has the bytes of a file at an offset: the topmost one with a run
 * there, as far down as those above let lower bytes show. Stateless.
 */
final class LowerSpans {

  /**
   * What shows from the offset up to {@code end}.
   *
   * @param run the run that covers the offset, and the layer that has it; null where none does
   */
  record Found(@Nullable Layer layer, @Nullable FileRun run, long end) {}

  private LowerSpans() {}

  /** The span that covers {@code offset}, ending at {@code end} at the latest. */
  static Found at(List<LowerPart> parts, long inode, long offset, long end) throws IOException {
    long gap = end;
    for (LowerPart part : parts) {
      if (offset >= part.limit()) {
        break;
      }
      gap = Math.min(gap, part.limit());
      FileRun run = part.layer().run(inode, offset).orElse(null);
      if (run != null && run.offset() <= offset) {
        return new Found(part.layer(), run, Math.min(gap, run.end()));
      }
      if (run != null) {
        gap = Math.min(gap, run.offset());
      }
    }
    return new Found(null, null, gap);
  }
}
