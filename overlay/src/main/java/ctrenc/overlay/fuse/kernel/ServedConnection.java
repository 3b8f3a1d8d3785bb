package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.DeviceChannel.Received;
import ctrenc.overlay.fuse.kernel.WireIn.InterruptIn;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A connection and whoever carries out its requests, for the threads of the pool to serve. Several
 * of them watch it, each by one of its channels; it has ended when each has seen its end.
 * Thread-safe.
 */
final class ServedConnection {

  private final Connection connection;
  private final Dispatcher dispatcher;
  private final SlowLane slowLane;
  private final List<DeviceChannel> channels;
  private final CountDownLatch watchers;
  private final AtomicInteger helpers = new AtomicInteger();

  ServedConnection(
      Connection connection,
      Dispatcher dispatcher,
      SlowLane slowLane,
      List<DeviceChannel> channels,
      int watchers) {
    this.connection = connection;
    this.dispatcher = dispatcher;
    this.slowLane = slowLane;
    this.channels = List.copyOf(channels);
    this.watchers = new CountDownLatch(watchers);
  }

  /** The channel of one of the threads; neighbours have different ones as far as they reach. */
  DeviceChannel channel(int thread) {
    return channels.get(thread % channels.size());
  }

  /** A thread watches this connection from now on, so its descriptors must stay. */
  void join() {
    connection.retain();
  }

  /** A thread has seen the end, or never came to watch. */
  void leave() {
    connection.release();
    watchers.countDown();
  }

  /**
   * Lets a thread of the reserve in, which calls {@link #exit} afterwards; false where half of them
   * are at work for this connection already, or it has ended.
   */
  boolean enter() {
    if (helpers.incrementAndGet() <= Reserve.THREADS / 2 && connection.retain()) {
      return true;
    }
    helpers.decrementAndGet();
    return false;
  }

  void exit() {
    helpers.decrementAndGet();
    connection.release();
  }

  /** Carries out one request that waits at {@code channel}, if there is one. */
  Received serve(DeviceChannel channel, Mailbox mailbox) {
    Received received = channel.receive(mailbox);
    if (received == Received.REQUEST) {
      carryOut(channel, mailbox.request(), mailbox.reply());
    }
    return received;
  }

  /** Whatever happens, a caller gets its answer: nobody else can give it. */
  void carryOut(DeviceChannel channel, Request request, Reply reply) {
    Operation operation = request.operation();
    try {
      if (operation != null && slowLane.wants(request, operation)) {
        if (!slowLane.serveHere(channel, request, reply)) {
          slowLane.take(channel, request);
        }
        return;
      }
      if (operation == Operation.INTERRUPT) {
        slowLane.interrupt(request.argumentLong(InterruptIn.UNIQUE));
      }
      dispatcher.dispatch(request, reply);
    } catch (RuntimeException | Error bug) {
      dispatcher.fail(request, reply, bug);
    }
    if (operation == null || operation.isAnswered()) {
      channel.send(request.unique(), reply);
    }
  }

  /** How many requests of an operation came. */
  long served(Operation operation) {
    return dispatcher.served(operation);
  }

  boolean isServed() {
    return watchers.getCount() > 0;
  }

  boolean awaitEnd(Duration patience) throws InterruptedException {
    return watchers.await(patience.toNanos(), TimeUnit.NANOSECONDS);
  }
}
