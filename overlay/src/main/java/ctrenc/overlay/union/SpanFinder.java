package ctrenc.overlay.union;

import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.layer.UpperLayer;
import java.io.IOException;
import java.util.Optional;

/**
 * Finds the layer that has the stored bytes of a file at an offset: the topmost one with a run
 * there, as far down as the layers on the way let lower bytes show. The caller holds the content's
 * data lock, or its sealing lock.
 */
final class SpanFinder {

  private final LayerStack stack;

  SpanFinder(LayerStack stack) {
    this.stack = stack;
  }

  /** The span that covers {@code offset}, ending at {@code end} at the latest. */
  Span at(Node node, long offset, long end) throws IOException {
    Node.Stored stored = node.stored();
    if (!stored.isIn(stack.upper())) {
      return below(node, offset, end);
    }
    InodeRecord inodeRecord = stored.inodeRecord();
    if (inodeRecord.body() instanceof InodeRecord.Body.Small small) {
      int length = small.data().length;
      return offset < length
          ? new Span.Small(small.data(), Math.min(end, length))
          : new Span.Zeros(end);
    }
    Optional<FileRun> run = upperRun(node, offset);
    if (run.isPresent() && run.get().offset() <= offset) {
      return covering(stack.upper(), run.get(), end);
    }
    long gap = run.isPresent() ? Math.min(end, run.get().offset()) : end;
    if (offset >= inodeRecord.lowerSize()) {
      return new Span.Zeros(gap);
    }
    return below(node, offset, Math.min(gap, inodeRecord.lowerSize()));
  }

  private Optional<FileRun> upperRun(Node node, long offset) throws IOException {
    FileContent content = node.content();
    UpperLayer upper = stack.upper();
    FileRun last = content.lastRun(upper);
    if (last != null && last.offset() <= offset && offset < last.end()) {
      return Optional.of(last);
    }
    Optional<FileRun> run = upper.run(node.inode(), offset);
    run.ifPresent(found -> content.remember(upper, found));
    return run;
  }

  private Span below(Node node, long offset, long end) throws IOException {
    LowerSpans.Found found = LowerSpans.at(node.parts(), node.inode(), offset, end);
    return found.layer() == null || found.run() == null
        ? new Span.Zeros(found.end())
        : covering(found.layer(), found.run(), found.end());
  }

  private static Span covering(Layer layer, FileRun run, long end) {
    long last = Math.min(end, run.end());
    return run instanceof FileRun.Hole ? new Span.Zeros(last) : new Span.Bytes(layer, run, last);
  }
}
