package ctrenc.cli.verb;

import ctrenc.cli.text.Json;
import ctrenc.proto.v1.ListProtectorsResponse;
import ctrenc.proto.v1.ProtectorGroupInfo;
import java.util.List;
import java.util.stream.IntStream;

/** How what opens a root is shown. */
final class ProtectorText {

  /** A group and its number. */
  private record Numbered(int number, ProtectorGroupInfo group) {}

  private ProtectorText() {}

  static void print(ListProtectorsResponse answer, Session session, boolean json) {
    List<Numbered> groups =
        IntStream.range(0, answer.getGroupsCount())
            .mapToObj(i -> new Numbered(i + 1, answer.getGroups(i)))
            .toList();
    if (json) {
      session
          .out()
          .line(
              Json.array(
                  groups,
                  (fields, group) ->
                      fields
                          .field("group", group.number)
                          .field("protectors", group.group.getTypesList())));
    } else {
      groups.forEach(
          group ->
              session
                  .out()
                  .line(group.number + "  " + String.join(" + ", group.group.getTypesList())));
    }
  }

  /** The one time that a recovery key is seen. */
  static void printRecoveryKey(ListProtectorsResponse answer, Session session) {
    if (!answer.getRecoveryKey().isEmpty()) {
      session.out().line(answer.getRecoveryKey().toStringUtf8());
      session
          .surroundings()
          .note("write this recovery key down: it is not stored anywhere and not shown again");
    }
  }
}
