package ctrenc.daemon;

import ctrenc.daemon.rpc.UnixServer;
import ctrenc.overlay.meta.RocksMetaStore;
import ctrenc.overlay.sys.ProcessHandles;
import ctrenc.overlay.sys.SystemCallException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;

/**
 * Loads what the daemon needs next while Quarkus reads its configuration: the doors to system
 * calls, RocksDB's library, the server. Together they take about as long as Quarkus does.
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
    UnixServer.load();
  }
}
