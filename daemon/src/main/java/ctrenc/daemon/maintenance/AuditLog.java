package ctrenc.daemon.maintenance;

import com.google.gson.JsonObject;
import ctrenc.daemon.container.EventFeed;
import ctrenc.daemon.log.FactLog;
import ctrenc.overlay.audit.Audit;
import ctrenc.overlay.audit.Finding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Findings, one JSON object in each line of a file, and as events. A finding never holds a name of
 * a root, so the file tells nothing that the store does not. One thread writes; whoever reports
 * does not wait. Thread-safe.
 */
public final class AuditLog implements Audit, AutoCloseable {

  private static final FactLog LOG = FactLog.of(AuditLog.class);
  private static final long PATIENCE_SECONDS = 5;

  /**
   * A reader that meets the same damage again and again fills this; then findings are counted only.
   */
  private static final int BACKLOG = 10_000;

  private final Path file;
  private final EventFeed events;
  private final Clock clock;
  private final AtomicLong lost = new AtomicLong();
  private final ExecutorService writer =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(BACKLOG),
          Thread.ofPlatform().name("ctr-enc-audit").daemon(true).factory(),
          (_, _) -> lost.incrementAndGet());

  public AuditLog(Path file, EventFeed events, Clock clock) {
    this.file = file;
    this.events = events;
    this.clock = clock;
  }

  @Override
  public void report(Finding finding) {
    String line = line(finding);
    events.tell(finding);
    writer.execute(() -> append(line));
  }

  private String line(Finding finding) {
    JsonObject json = new JsonObject();
    json.addProperty("at", clock.instant().toString());
    json.addProperty("kind", finding.kind().name());
    json.addProperty("subject", finding.subject());
    JsonObject facts = new JsonObject();
    for (Map.Entry<String, String> fact : finding.facts().entrySet()) {
      facts.addProperty(fact.getKey(), fact.getValue());
    }
    json.add("facts", facts);
    return json + "\n";
  }

  private void append(String line) {
    long uncounted = lost.getAndSet(0);
    if (uncounted > 0) {
      LOG.warn("findings came faster than they could be written", "lost", uncounted);
    }
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      LOG.failed("audit line was not written", e, "line", line.strip());
    }
  }

  /** Writes what was reported, and ends. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("audit lines are lost");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
