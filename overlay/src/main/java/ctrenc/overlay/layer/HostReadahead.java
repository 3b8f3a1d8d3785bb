package ctrenc.overlay.layer;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Reads files of a tree before they are asked for. Inodes are numbered directory by directory, and
 * listings have that order; so whoever goes through many files (a copy, a scanner, a package
 * manager) asks for them by rising numbers, one after the other, and would wait for the disk at
 * each. Thread-safe.
 */
final class HostReadahead implements AutoCloseable {

  /** Brings one file into the page cache, if it is worth it. */
  interface Bringer {
    void bring(long inode) throws IOException;
  }

  /** The next file asked for has a number that is higher by this at most: the others are passed. */
  private static final int NEAR = 8;

  /** After so many in order it is taken for a walk. */
  private static final int WALK = 4;

  /** So many numbers are brought ahead, a piece at a time. */
  private static final int AHEAD = 32;

  private static final int PIECE = 8;

  /** Pieces at work at once: one waits for an inode, another for a directory. */
  private static final int WORKERS = 2;

  private final Bringer bringer;
  private final Executor executor;
  private volatile long last;
  private int inOrder;
  private long brought;
  private int working;
  private boolean closed;

  HostReadahead(Bringer bringer, Executor executor) {
    this.bringer = bringer;
    this.executor = executor;
  }

  /** A file is being used. Returns at once. */
  void used(long inode) {
    if (inode != last) {
      next(inode);
    }
  }

  private synchronized void next(long inode) {
    boolean isNext = inode > last && inode - last <= NEAR;
    last = inode;
    inOrder = isNext ? inOrder + 1 : 0;
    if (!isNext) {
      brought = inode;
    }
    while (inOrder >= WALK && working < WORKERS && !closed && brought < inode + AHEAD) {
      long from = Math.max(brought, inode) + 1;
      brought = from + PIECE - 1;
      try {
        executor.execute(() -> bring(from));
        working++;
      } catch (RejectedExecutionException e) {
        // All helpers are at work for others; the file is read when it is asked for.
        return;
      }
    }
  }

  private void bring(long from) {
    try {
      for (long inode = from; inode < from + PIECE; inode++) {
        bringer.bring(inode);
      }
    } catch (IOException e) {
      // Whoever asks for the file will be told.
    } finally {
      ended();
    }
  }

  private synchronized void ended() {
    working--;
    notifyAll();
  }

  /** Returns when nothing is at work any more. */
  @Override
  public synchronized void close() {
    closed = true;
    boolean interrupted = false;
    while (working > 0) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
