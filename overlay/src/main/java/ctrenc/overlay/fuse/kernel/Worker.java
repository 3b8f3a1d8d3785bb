package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireIn.InterruptIn;

/** Serves the requests of one channel until its connection ends. */
final class Worker implements Runnable {

  private final Channel channel;
  private final Dispatcher dispatcher;
  private final SlowLane slowLane;

  Worker(Channel channel, Dispatcher dispatcher, SlowLane slowLane) {
    this.channel = channel;
    this.dispatcher = dispatcher;
    this.slowLane = slowLane;
  }

  @Override
  public void run() {
    try (channel) {
      Request request;
      while ((request = channel.receive()) != null) {
        serve(request);
      }
    }
  }

  /** Whatever happens, a caller gets its answer: nobody else can give it. */
  private void serve(Request request) {
    Operation operation = request.operation();
    Reply reply = channel.reply();
    try {
      if (operation != null && slowLane.wants(request, operation)) {
        slowLane.take(channel, request);
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
}
