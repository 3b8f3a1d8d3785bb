package ctrenc.daemon.container;

import ctrenc.overlay.audit.Finding;
import ctrenc.proto.v1.Event;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What happens, told to whoever listens. Telling never waits: a listener that does not keep up
 * loses its place. Thread-safe.
 */
public final class EventFeed {

  private static final int BACKLOG = 1024;

  private final CopyOnWriteArrayList<Subscription> subscriptions = new CopyOnWriteArrayList<>();
  private final Clock clock;

  public EventFeed(Clock clock) {
    this.clock = clock;
  }

  /** One listener's events, from the subscription on. */
  public final class Subscription implements AutoCloseable {

    private final BlockingQueue<Event> waiting = new ArrayBlockingQueue<>(BACKLOG);

    /** False once an event found no room: the listener has missed it. */
    public boolean isComplete() {
      return subscriptions.contains(this) || !waiting.isEmpty();
    }

    /** The next event, or null if there is none within {@code millis}. */
    public @Nullable Event next(long millis) throws InterruptedException {
      return waiting.poll(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
      subscriptions.remove(this);
    }
  }

  public Subscription subscribe() {
    Subscription subscription = new Subscription();
    subscriptions.add(subscription);
    return subscription;
  }

  public void tell(String kind, String container, Map<String, String> facts) {
    if (subscriptions.isEmpty()) {
      return;
    }
    Event event =
        Event.newBuilder()
            .setAtMillis(clock.millis())
            .setKind(kind)
            .setContainer(container)
            .putAllFacts(facts)
            .build();
    subscriptions.removeIf(subscription -> !subscription.waiting.offer(event));
  }

  public void tell(Finding finding) {
    Map<String, String> facts = new java.util.HashMap<>(finding.facts());
    facts.put("kind", finding.kind().name());
    facts.put("subject", finding.subject());
    tell(finding.kind() == Finding.Kind.ERASED ? "erased" : "finding", "", facts);
  }
}
