package ctrenc.daemon.rpc;

import com.google.protobuf.ByteString;
import ctrenc.daemon.refusal.RefusedException;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The data of a caller's requests as a stream. A further request is asked for only when one is
 * read, so at most two wait here. One thread reads, another offers.
 */
final class RequestStream extends InputStream implements ReadableByteChannel {

  private final Runnable requestMore;
  private final ReentrantLock guard = new ReentrantLock();
  private final Condition changed = guard.newCondition();
  private final Queue<ByteString> waiting = new ArrayDeque<>();
  private ByteString current = ByteString.EMPTY;
  private int position;
  private boolean isEnded;
  private boolean isCut;

  /**
   * What the caller sends while {@code answer} goes back to him; his first request is asked for.
   */
  static RequestStream of(ServerCallStreamObserver<?> observer, StreamedAnswer<?> answer) {
    RequestStream stream = new RequestStream(() -> observer.request(1));
    observer.disableAutoRequest();
    stream.more();
    observer.setOnCancelHandler(
        () -> {
          stream.cut();
          answer.wake();
        });
    return stream;
  }

  private RequestStream(Runnable requestMore) {
    this.requestMore = requestMore;
  }

  void more() {
    requestMore.run();
  }

  void offer(ByteString data) {
    change(() -> waiting.add(data));
  }

  /** The caller has sent everything. */
  void end() {
    change(() -> isEnded = true);
  }

  /** The caller is gone. */
  void cut() {
    change(() -> isCut = true);
  }

  private void change(Runnable change) {
    guard.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      guard.unlock();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (position == current.size()) {
      if (!advance()) {
        return -1;
      }
    }
    int count = Math.min(length, current.size() - position);
    current.copyTo(target, position, offset, count);
    position += count;
    return count;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    while (position == current.size()) {
      if (!advance()) {
        return -1;
      }
    }
    int count = Math.min(target.remaining(), current.size() - position);
    current.substring(position, position + count).copyTo(target);
    position += count;
    return count;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {
    // The call ends otherwise.
  }

  /** Takes the next request; false at the end. */
  private boolean advance() throws IOException {
    guard.lock();
    try {
      while (waiting.isEmpty() && !isEnded && !isCut) {
        changed.await();
      }
      if (isCut) {
        throw RefusedException.cancelled("The caller gave up.");
      }
      ByteString next = waiting.poll();
      if (next == null) {
        return false;
      }
      current = next;
      position = 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Waiting for data was interrupted.", e);
    } finally {
      guard.unlock();
    }
    more();
    return true;
  }
}
