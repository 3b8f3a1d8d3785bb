package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireIn.InterruptIn;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.vfs.Errno;
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
public final class ServedConnection implements MountEnd.Serving {

  private final Connection connection;
  private final Dispatcher dispatcher;
  private final SlowLane slowLane;
  private final List<DeviceChannel> channels;
  private final CountDownLatch watchers;
  private final AtomicInteger helpers = new AtomicInteger();
  private volatile boolean hasExchanged;

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

  /** The connection's descriptor of /dev/fuse, open for whoever has joined. */
  public Descriptor device() {
    return connection.device();
  }

  /** A thread watches this connection from now on, so its descriptors must stay. */
  public void join() {
    connection.retain();
  }

  /** A thread has seen the end, or never came to watch. */
  public void leave() {
    connection.release();
    watchers.countDown();
  }

  /**
   * Lets a thread of the reserve in, which calls {@link #exit} afterwards; false where half of them
   * are at work for this connection already, or it has ended.
   */
  public boolean enter() {
    if (helpers.incrementAndGet() <= Reserve.THREADS / 2 && connection.retain()) {
      return true;
    }
    helpers.decrementAndGet();
    return false;
  }

  public void exit() {
    helpers.decrementAndGet();
    connection.release();
  }

  /** Carries out the request that the kernel has put into {@code exchange}. */
  public void carryOut(Exchange exchange) {
    hasExchanged = true;
    if (exchange.receive()) {
      carryOut(exchange, exchange.request(), exchange.reply());
    } else {
      exchange.reply().fail(Errno.EINVAL.code());
      exchange.send(exchange.unique(), exchange.reply());
    }
  }

  /** Whatever happens, a caller gets its answer: nobody else can give it. */
  void carryOut(Channel channel, Request request, Reply reply) {
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

  /** What another process needs to go on with this connection. */
  List<Descriptor> descriptors() {
    return connection.descriptors();
  }

  /** How many requests of an operation came. */
  long served(Operation operation) {
    return dispatcher.served(operation);
  }

  /** Whether any request came by an {@link Exchange}. */
  boolean hasExchanged() {
    return hasExchanged;
  }

  @Override
  public boolean isServed() {
    return watchers.getCount() > 0;
  }

  @Override
  public boolean awaitEnd(Duration patience) throws InterruptedException {
    return watchers.await(patience.toNanos(), TimeUnit.NANOSECONDS);
  }
}
