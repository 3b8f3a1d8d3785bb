package ctrenc.daemon;

import ctrenc.overlay.meta.RocksMetaStore;
import ctrenc.overlay.sys.ProcessHandles;
import ctrenc.overlay.sys.SystemCallException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;

/**
 * Loads what the daemon needs next while Quarkus reads its configuration: the doors to system calls
 * and RocksDB's library. Nothing that logs may be among it: two threads that begin to log at once
 * can each wait for a class that the other initializes, for ever.
 */
final class EarlyLoading {

  private static final CompletableFuture<Void> LOADED =
      CompletableFuture.runAsync(
          EarlyLoading::load, Thread.ofPlatform().daemon().name("ctr-enc-early")::start);

  private EarlyLoading() {}

  /** Returns at once: that this class is initialized is all there is to do. */
  static void begin() {}

  /** What failed to load is not told here: it fails again, with its reason, where it is used. */
  static void await() {
    LOADED.handle((loaded, failure) -> loaded).join();
  }

  private static void load() {
    try {
      ProcessHandles.forbidDumps();
    } catch (SystemCallException e) {
      throw new UncheckedIOException(e);
    }
    RocksMetaStore.load();
  }
}
