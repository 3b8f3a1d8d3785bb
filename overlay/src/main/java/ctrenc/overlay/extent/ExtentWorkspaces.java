package ctrenc.overlay.extent;

import ctrenc.crypto.extent.NonceHedge;
import ctrenc.crypto.extent.Suite;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ciphers and buffers that readers and writers of all layers borrow, the last used first. As many
 * are made as are in use at once; a bounded number of idle ones is kept. Thread-safe.
 */
public final class ExtentWorkspaces implements AutoCloseable {

  private static final int KEPT = 16;

  private final NonceHedge hedge;
  private final Suite suite;
  private final ConcurrentLinkedDeque<Workspace> idle = new ConcurrentLinkedDeque<>();
  private final AtomicInteger kept = new AtomicInteger();

  /** Goes up when keys are to be forgotten; workspaces in use are wiped when they come back. */
  private final AtomicInteger generation = new AtomicInteger();

  /**
   * @param suite what new extents are sealed under; those of every suite are opened
   */
  public ExtentWorkspaces(NonceHedge hedge, Suite suite) {
    this.hedge = hedge;
    this.suite = suite;
  }

  Workspace borrow() {
    Workspace workspace = idle.pollFirst();
    if (workspace == null) {
      return new Workspace(hedge, suite, generation.get());
    }
    kept.decrementAndGet();
    return workspace;
  }

  void giveBack(Workspace workspace) {
    int now = generation.get();
    if (workspace.generation() != now) {
      workspace.forget(now);
    }
    if (kept.incrementAndGet() <= KEPT) {
      idle.addFirst(workspace);
    } else {
      kept.decrementAndGet();
      workspace.forget(now);
    }
  }

  /** Wipes what ciphers and buffers remember of extents; to be called when a layer is locked. */
  public void forgetKeys() {
    int now = generation.incrementAndGet();
    for (Workspace workspace = idle.pollLast(); workspace != null; workspace = idle.pollLast()) {
      kept.decrementAndGet();
      workspace.forget(now);
    }
  }

  @Override
  public void close() {
    forgetKeys();
  }
}
