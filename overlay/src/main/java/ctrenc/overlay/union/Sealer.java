package ctrenc.overlay.union;

import ctrenc.overlay.extent.ExtentReference;
import ctrenc.overlay.layer.FileRun;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.layer.LayerBatch;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.StampedLock;
import java.util.function.BooleanSupplier;

/**
 * Turns gathered bytes of a file into sealed ones: an extent or a small body first, then one batch
 * with the runs and the inode's record. Everything that changes the runs of a file passes here.
 * When it fails, the bytes are gathered again and nothing is lost.
 */
final class Sealer {

  private final NodeTable nodes;
  private final Changes changes;
  private final LayerStack stack;
  private final ExtentBuffers buffers;
  private final ContentComposer composer;

  Sealer(NodeTable nodes, Changes changes, ExtentBuffers buffers) {
    this.nodes = nodes;
    this.changes = changes;
    this.stack = changes.stack();
    this.buffers = buffers;
    this.composer = new ContentComposer(new ExtentPacker(stack, buffers), buffers);
  }

  /** Seals everything gathered of a file. */
  void seal(Node node) throws IOException {
    FileContent content = node.knownContent();
    if (content != null && content.unsealed() != null) {
      run(content, true, OptionalLong.empty(), RecordChange.NONE);
    }
  }

  /** Seals what fills whole extents and goes on gathering the rest. */
  void sealFull(Node node) throws IOException {
    run(node.content(), false, OptionalLong.empty(), RecordChange.NONE);
  }

  /**
   * Sets a file's size, seals what is gathered below it, and changes the inode in the same batch.
   */
  void resize(Node node, long size, RecordChange change) throws IOException {
    run(node.content(), true, OptionalLong.of(size), change);
  }

  /**
   * Writes one extent's worth of bytes without gathering them; sealed side by side with others of
   * the same file.
   */
  void writeThrough(Node node, long offset, MemorySegment source, Optional<Timestamp> now)
      throws IOException {
    int length = (int) source.byteSize();
    byte[] buffer = buffers.take();
    ExtentReference extent;
    try {
      MemorySegment.copy(source, ValueLayout.JAVA_BYTE, 0, buffer, 0, length);
      extent = stack.upper().append(buffer, 0, length);
    } finally {
      buffers.give(buffer);
    }
    FileRun.Data run = new FileRun.Data(offset, extent);
    replace(
        node,
        offset,
        run.end(),
        (edit, batch) -> {
          edit.body(InodeRecord.RUNS).size(Math.max(edit.size(), run.end()));
          now.ifPresent(time -> edit.modified(time).changed(time));
          batch.replace(node.inode(), run);
        });
  }

  /**
   * Changes the runs in [from, to) of a file in the way {@code change} says, in place of what is
   * gathered there. The file must not have a small body that outlives the change.
   */
  void replace(Node node, long from, long to, RecordChange change) throws IOException {
    FileContent content = node.content();
    content.sealing().lock();
    try {
      commit(content, change, () -> content.replaced(from, to));
    } finally {
      content.sealing().unlock();
    }
  }

  private void run(FileContent content, boolean all, OptionalLong newSize, RecordChange change)
      throws IOException {
    content.sealing().lock();
    try {
      FileContent.Taken taken = content.take(all);
      boolean done = !all && taken.bytes().isEmpty();
      if (done) {
        return;
      }
      try {
        RecordChange sealed = composer.compose(content.node(), taken, newSize);
        commit(content, sealed.then(change), content::sealed);
        done = true;
      } finally {
        if (!done) {
          content.putBack();
        }
      }
    } finally {
      content.sealing().unlock();
    }
  }

  private void commit(FileContent content, RecordChange change, BooleanSupplier committed)
      throws IOException {
    Node node = content.node();
    StampedLock data = content.data();
    boolean done;
    try (NodeLocks locks = NodeLocks.of(node);
        Change transaction = changes.begin()) {
      change.apply(transaction.edit(node), transaction.batch());
      long stamp = data.writeLock();
      try {
        transaction.commit();
        done = committed.getAsBoolean();
      } finally {
        data.unlockWrite(stamp);
      }
    }
    if (done) {
      nodes.release(node, 1);
    }
  }

  /** What a change does to an inode's record and runs. */
  @FunctionalInterface
  interface RecordChange {
    RecordChange NONE = (edit, batch) -> {};

    void apply(InodeEdit edit, LayerBatch batch) throws IOException;

    default RecordChange then(RecordChange next) {
      return (edit, batch) -> {
        apply(edit, batch);
        next.apply(edit, batch);
      };
    }
  }
}
