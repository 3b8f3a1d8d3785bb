package ctrenc.daemon.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An answer of many parts, written by a thread of its own that waits while the caller does not keep
 * up. Must be made before the service method returns, because only then gRPC takes its handlers.
 */
final class StreamedAnswer<R> {

  /** What writes the parts. */
  @FunctionalInterface
  interface Writer<R> {
    void write(StreamedAnswer<R> answer) throws Exception;
  }

  private final ServerCallStreamObserver<R> observer;
  private final ReentrantLock guard = new ReentrantLock();
  private final Condition changed = guard.newCondition();

  StreamedAnswer(ServerCallStreamObserver<R> observer) {
    this.observer = observer;
    observer.setOnReadyHandler(this::wake);
    observer.setOnCancelHandler(this::wake);
  }

  /** Lets the writer look again whether the caller is ready, or gone. */
  void wake() {
    guard.lock();
    try {
      changed.signalAll();
    } finally {
      guard.unlock();
    }
  }

  boolean isCancelled() {
    return observer.isCancelled();
  }

  /** Sends a part if the caller keeps up; parts that may be left out are sent this way. */
  void offer(R part) {
    if (!observer.isCancelled() && observer.isReady()) {
      observer.onNext(part);
    }
  }

  /** Sends a part when the caller is ready for it; false if the caller is gone. */
  boolean send(R part) throws InterruptedException {
    guard.lock();
    try {
      while (!observer.isReady() && !observer.isCancelled()) {
        changed.await();
      }
    } finally {
      guard.unlock();
    }
    if (observer.isCancelled()) {
      return false;
    }
    observer.onNext(part);
    return true;
  }

  /** Runs {@code writer} on {@code executor}, and completes or fails the call when it returns. */
  void write(Executor executor, Writer<R> writer) {
    executor.execute(
        () -> {
          try {
            writer.write(this);
            if (!observer.isCancelled()) {
              observer.onCompleted();
            }
          } catch (Exception | Error failure) {
            if (failure instanceof InterruptedException) {
              Thread.currentThread().interrupt();
            }
            if (!observer.isCancelled()) {
              observer.onError(failure);
            }
          }
        });
  }
}
