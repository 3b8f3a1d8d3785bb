package ctrenc.overlay.union;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Seals what fills whole extents, or everything of a file of which much is gathered, while its
 * writer goes on writing: one at most works at a time, and only while there is something to seal. A
 * writer that is far ahead seals by itself. Thread-safe.
 */
final class StreamSealer implements AutoCloseable {

  private final Sealer sealer;
  private final NodeTable nodes;
  private final Gate gate;
  private final ErrnoTranslator errors;
  private final long mostGathered;
  private final ConcurrentLinkedQueue<FileContent> queue = new ConcurrentLinkedQueue<>();

  /** What is in the queue, so that no file is there twice. */
  private final Set<FileContent> queued = ConcurrentHashMap.newKeySet();

  private final AtomicReference<@Nullable Thread> working = new AtomicReference<>();

  /**
   * {@code mostGathered} is the number of gathered bytes of a file from which on all are sealed.
   */
  StreamSealer(
      Sealer sealer, NodeTable nodes, Gate gate, ErrnoTranslator errors, long mostGathered) {
    this.mostGathered = mostGathered;
    this.sealer = sealer;
    this.nodes = nodes;
    this.gate = gate;
    this.errors = errors;
  }

  /** There is enough of this file to be sealed; it also waits among the dirty files. */
  void add(FileContent content) {
    if (!queued.add(content)) {
      return;
    }
    queue.add(content);
    if (working.get() == null) {
      Thread thread = Thread.ofVirtual().name("stream").unstarted(this::serve);
      if (working.compareAndSet(null, thread)) {
        thread.start();
      }
    }
  }

  private void serve() {
    do {
      FileContent next = queue.poll();
      while (next != null) {
        FileContent content = next;
        queued.remove(content);
        try {
          gate.among(() -> seal(content));
        } catch (IOException e) {
          errors.log("gathered bytes not sealed yet", e);
        }
        next = queue.poll();
      }
      working.set(null);
      // What came between the last look and the end of this thread's turn is its own again.
    } while (!queue.isEmpty() && working.compareAndSet(null, Thread.currentThread()));
  }

  /**
   * The bytes were taken already, so what fails here is told at the next flush or sync, as a failed
   * write-back is.
   */
  private void seal(FileContent content) throws IOException {
    Node node = content.node();
    if (!node.hold()) {
      return;
    }
    try {
      if (content.gathered() >= mostGathered) {
        sealer.seal(node);
      } else {
        sealer.sealFull(node);
      }
    } catch (IOException e) {
      content.fail(errors.errnoOf(e));
      throw e;
    } finally {
      nodes.release(node, 1);
    }
  }

  /** Returns when nothing is being sealed any more; nothing may be added meanwhile. */
  @Override
  public void close() {
    boolean interrupted = false;
    Thread thread = working.get();
    while (thread != null) {
      try {
        thread.join();
        thread = working.get();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
