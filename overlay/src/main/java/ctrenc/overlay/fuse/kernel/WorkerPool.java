package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.sys.EventCounter;
import ctrenc.overlay.sys.SystemCallException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * The threads that serve all mounts of a transport. An idle mount costs none of them anything: each
 * thread on {@link Duty} waits for all mounts at once, and the kernel wakes the first that is
 * waiting. Thread-safe.
 */
final class WorkerPool implements AutoCloseable {

  private final EventCounter stop;
  private final List<Worker> workers = new ArrayList<>();
  private final Duty duty;
  private final ExecutorService threads;
  private final Reserve reserve;

  /** A pool of {@code count} workers, which have begun. */
  WorkerPool(int count, Optional<Vigil> vigil) throws SystemCallException {
    stop = new EventCounter();
    List<Stint> stints = Stream.generate(Stint::new).limit(count).toList();
    duty = new Duty(stints);
    for (int i = 0; i < count; i++) {
      workers.add(new Worker(i, stints.get(i), duty, new Pace(vigil), stop));
    }
    reserve = new Reserve(duty, stop);
    threads =
        Executors.newFixedThreadPool(
            count, Thread.ofPlatform().name("fuse-", 0).daemon().factory());
    workers.forEach(threads::execute);
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

  /** Erases what passed through the workers' memory; waits so long for a request at most. */
  void wipe(Duration patience) throws SystemCallException, InterruptedException {
    for (Worker worker : workers) {
      worker.wipe(patience.toNanos());
    }
  }

  /** How many requests were served by the reserve. */
  long helped() {
    return reserve.helped();
  }

  /** Ends the threads; mounts that are left are served by nobody. */
  @Override
  public void close() throws SystemCallException {
    stop.signal();
    duty.call(System.nanoTime());
    reserve.close();
    threads.close();
    stop.close();
  }
}
