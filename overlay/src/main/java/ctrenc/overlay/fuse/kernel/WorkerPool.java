package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.sys.EventCounter;
import ctrenc.overlay.sys.SystemCallException;
import java.util.ArrayList;
import java.util.List;

/**
 * The threads that serve all mounts of a transport. An idle mount costs none of them anything: each
 * thread waits for all mounts at once, and the kernel wakes the first that is waiting. Thread-safe.
 */
final class WorkerPool implements AutoCloseable {

  private final EventCounter stop;
  private final List<Worker> workers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Reserve reserve;

  /** A pool of {@code count} workers, which have begun. */
  WorkerPool(int count) throws SystemCallException {
    stop = new EventCounter();
    for (int i = 0; i < count; i++) {
      Worker worker = new Worker(i, stop);
      workers.add(worker);
      threads.add(Thread.ofPlatform().name("fuse-" + i).daemon().unstarted(worker));
    }
    reserve = new Reserve(List.copyOf(workers), stop);
    threads.forEach(Thread::start);
    reserve.start();
  }

  /** How many threads see the end of a connection. */
  int watchers() {
    return workers.size() + 1;
  }

  /** Serves a connection until it ends. The lookout comes last, so that it is woken last. */
  void serve(ServedConnection connection) throws SystemCallException {
    for (Worker worker : workers) {
      worker.watch().add(connection);
    }
    reserve.watch().add(connection);
  }

  /** How many requests were served by the reserve. */
  long helped() {
    return reserve.helped();
  }

  /** Ends the threads; mounts that are left are served by nobody. */
  @Override
  public void close() throws SystemCallException {
    stop.signal();
    reserve.close();
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    stop.close();
  }
}
