package ctrenc.cli.verb;

import ctrenc.cli.text.Json;
import ctrenc.cli.text.Table;
import ctrenc.proto.v1.CheckResponse;
import java.io.IOException;

/** What a check saw, as text. */
final class CheckText {
  private CheckText() {}

  static String details(CheckResponse seen) {
    Table table = new Table();
    table.row("images", Integer.toString(seen.getImages()));
    table.row("subvolumes", Integer.toString(seen.getSubvolumes()));
    table.row("snapshots", Integer.toString(seen.getSnapshots()));
    table.row("layers", Integer.toString(seen.getLayers()));
    table.row("extents", Long.toString(seen.getExtents()));
    table.row("layers not read", Integer.toString(seen.getUnread()));
    table.row("problems", Integer.toString(seen.getProblemsCount()));
    seen.getProblemsList()
        .forEach(problem -> table.row("", problem.getSubject() + ": " + problem.getText()));
    return table.text();
  }

  static void fields(Json json, CheckResponse seen) throws IOException {
    json.field("images", seen.getImages())
        .field("subvolumes", seen.getSubvolumes())
        .field("snapshots", seen.getSnapshots())
        .field("layers", seen.getLayers())
        .field("extents", seen.getExtents())
        .field("unread", seen.getUnread())
        .field(
            "problems",
            seen.getProblemsList().stream()
                .map(problem -> problem.getSubject() + ": " + problem.getText())
                .toList());
  }
}
