package ctrenc.cli.verb;

import ctrenc.cli.text.Human;
import ctrenc.cli.text.Json;
import ctrenc.cli.text.Table;
import ctrenc.proto.v1.Snapshot;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** Snapshots as text. */
final class SnapshotText {
  private static final char SEPARATOR = '@';

  private SnapshotText() {}

  static boolean isReference(String reference) {
    return reference.indexOf(SEPARATOR) >= 0;
  }

  /** The container of a reference, and the snapshot's name or nothing. */
  static String[] split(String reference) {
    int at = reference.indexOf(SEPARATOR);
    return at < 0
        ? new String[] {reference, ""}
        : new String[] {reference.substring(0, at), reference.substring(at + 1)};
  }

  static String reference(Snapshot snapshot) {
    return snapshot.getContainer() + SEPARATOR + snapshot.getName();
  }

  /** Tells a HEAD apart from what programs read. */
  static void note(String reference, String head, Session session) {
    if (!head.isEmpty()) {
      session.surroundings().note("HEAD of " + reference + ": " + head);
    }
  }

  static String table(List<Snapshot> snapshots, Instant now) {
    Table table = new Table("NAME", "CREATED", "MOUNTED AT");
    for (Snapshot snapshot : snapshots) {
      table.row(
          reference(snapshot),
          Human.age(Instant.ofEpochMilli(snapshot.getCreatedAtMillis()), now),
          snapshot.getRoot().isEmpty() ? "-" : snapshot.getRoot());
    }
    return table.text();
  }

  static void fields(Json json, Snapshot snapshot) throws IOException {
    json.field("id", snapshot.getId())
        .field("name", snapshot.getName())
        .field("container", snapshot.getContainer())
        .field("containerId", snapshot.getContainerId())
        .field("createdAt", Instant.ofEpochMilli(snapshot.getCreatedAtMillis()))
        .field("root", snapshot.getRoot())
        .field("nested", snapshot.getNested());
  }
}
