package ctrenc.daemon.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.daemon.container.EventFeed;
import ctrenc.overlay.audit.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A finding is a line and an event. */
class AuditLogTest {

  @TempDir Path directory;

  @Test
  void writesALineAndTellsAnEvent() throws Exception {
    Clock clock = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);
    EventFeed events = new EventFeed(clock);
    Path file = directory.resolve("audit.log");
    try (EventFeed.Subscription told = events.subscribe()) {
      try (AuditLog log = new AuditLog(file, events, clock)) {
        log.report(new Finding(Finding.Kind.DAMAGED, "extent", Map.of("layer", "a\nb")));
      }
      var event = told.next(1000);
      assertThat(event).isNotNull();
      assertThat(event.getKind()).isEqualTo("finding");
      assertThat(event.getFactsMap())
          .containsEntry("layer", "a\nb")
          .containsEntry("subject", "extent");
    }
    assertThat(file)
        .hasContent(
            "{\"at\":\"2026-01-02T03:04:05Z\",\"kind\":\"DAMAGED\",\"subject\":\"extent\",\"facts\":{\"layer\":\"a\\nb\"}}\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void destroyedKeysAreAnEventOfTheirOwn() throws Exception {
    EventFeed events = new EventFeed(Clock.systemUTC());
    Path file = directory.resolve("audit.log");
    try (EventFeed.Subscription told = events.subscribe()) {
      try (AuditLog log = new AuditLog(file, events, Clock.systemUTC())) {
        log.report(new Finding(Finding.Kind.ERASED, "subvolume 1", Map.of("layers", "2 3")));
      }
      var event = told.next(1000);
      assertThat(event).isNotNull();
      assertThat(event.getKind()).isEqualTo("erased");
      assertThat(event.getFactsMap()).containsEntry("layers", "2 3");
    }
    assertThat(Files.readString(file)).contains("\"kind\":\"ERASED\"");
  }
}
