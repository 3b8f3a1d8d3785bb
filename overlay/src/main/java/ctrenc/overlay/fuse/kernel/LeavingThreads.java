package ctrenc.overlay.fuse.kernel;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Pools of threads for what comes rarely: all of them leave after a while without work. */
public final class LeavingThreads {

  private static final int IDLE_SECONDS = 30;

  private LeavingThreads() {}

  /** At most {@code most} threads, named {@code name} and a number; further work waits. */
  public static ThreadPoolExecutor pool(int most, String name) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name(name, 0).daemon().factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
