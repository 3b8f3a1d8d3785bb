package ctrenc.overlay.union;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Seals what fills whole extents, or everything of a file of which much is gathered, while its
 * writer goes on writing. A writer that is far ahead seals by itself. Thread-safe.
 */
final class StreamSealer implements Background.Chore {

  private final Sealer sealer;
  private final NodeTable nodes;
  private final ErrnoTranslator errors;
  private final Background background;
  private final long much;
  private final ConcurrentLinkedQueue<FileContent> queue = new ConcurrentLinkedQueue<>();

  /** What is in the queue, so that no file is there twice. */
  private final Set<FileContent> queued = ConcurrentHashMap.newKeySet();

  /**
   * @param background runs this, and waits for nothing before it begins
   * @param much gathered bytes of a file from which on all of them are sealed
   */
  StreamSealer(
      Sealer sealer, NodeTable nodes, ErrnoTranslator errors, Background background, long much) {
    this.sealer = sealer;
    this.nodes = nodes;
    this.errors = errors;
    this.background = background;
    this.much = much;
  }

  /**
   * Something was written to a file, which waits among the dirty files, too.
   *
   * @param isFull a whole extent's worth of it lies together
   */
  void written(FileContent content, boolean isFull) {
    if ((isFull || content.gathered() >= much) && queued.add(content)) {
      queue.add(content);
      background.wake();
    }
  }

  @Override
  public boolean doSome() {
    FileContent content = queue.poll();
    if (content == null) {
      return false;
    }
    queued.remove(content);
    Node node = content.node();
    if (node.hold()) {
      try {
        seal(content);
      } finally {
        nodes.release(node, 1);
      }
    }
    return true;
  }

  /**
   * The bytes were taken already, so what fails here is told at the next flush or sync, as a failed
   * write-back is.
   */
  private void seal(FileContent content) {
    try {
      if (content.gathered() >= much) {
        sealer.seal(content.node());
      } else {
        sealer.sealFull(content.node());
      }
    } catch (IOException e) {
      content.fail(errors.errnoOf(e));
      errors.log("gathered bytes not sealed yet", e);
    }
  }
}
