package ctrenc.overlay.meta;

import java.io.IOException;

/**
 * Ordered key-value tables with atomic batches. Keys are ordered as unsigned bytes. Thread-safe.
 *
 * <p>A committed batch is visible at once and survives the death of the process; it survives power
 * loss after the next {@link #sync}. After power loss the store holds a prefix of the committed
 * batches, never part of one, and at least all that was synced.
 */
public interface MetaStore extends MetaReader, AutoCloseable {

  MetaBatch batch();

  /** Applies the batch atomically and closes it. */
  void commit(MetaBatch batch) throws IOException;

  /** Group commit: callers that wait together share one flush of the log. */
  void sync() throws IOException;

  /**
   * Does beforehand what makes later syncs cheaper. Takes a moment, changes no record, and does
   * nothing where the disk has little room or the store is closed.
   */
  default void prepareSyncs() throws IOException {}

  /**
   * A number that every commit which has returned is not above, and that grows with each commit.
   */
  long lastCommit();

  /** Commits whose {@link #lastCommit} was not above this number survive power loss. */
  long lastDurable();

  /**
   * Runs {@code hook} whenever committed records are about to become durable by the store's own
   * doing (a flush of its memory to table files), so that what the records point at is made durable
   * first. A hook that fails makes every later {@link #commit} and {@link #sync} fail.
   */
  void addFlushHook(FlushHook hook);

  void removeFlushHook(FlushHook hook);

  /** What is committed now; to be closed soon, because what is in it keeps its place. */
  MetaSnapshot snapshot() throws IOException;

  /**
   * Reads everything from the disk and compares it with its checksums.
   *
   * @throws ctrenc.overlay.storage.DamagedException if something is not what was written
   */
  default void verify() throws IOException {}

  @Override
  void close() throws IOException;
}
