package ctrenc.daemon.container;

import ctrenc.daemon.refusal.RefusedException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

/** How snapshots may be called, and are where nobody says. Stateless. */
final class SnapshotNames {

  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.:-]{0,62}");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  private SnapshotNames() {}

  /** The name that is given, or that of the time. */
  static String chosen(String given) throws RefusedException {
    String chosen = given.isEmpty() ? ofNow() : given;
    if (!NAME.matcher(chosen).matches()) {
      throw RefusedException.invalid(
          "A snapshot's name has 1 to 63 letters, digits, dots, dashes, colons and underscores, and starts with a letter or digit.");
    }
    return chosen;
  }

  static String ofNow() {
    return TIME.format(Instant.now());
  }
}
