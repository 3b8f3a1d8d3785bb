package ctrenc.cli.verb;

import java.util.List;

/** The verbs that are offered inside a container that runs others, in the order of the help. */
public final class NestedVerbs {

  private NestedVerbs() {}

  public static List<Verb> ofSubvolumes() {
    return List.of(
        new NestedRunVerb(),
        new PsVerb(),
        new NestedCreateVerb(),
        new NestedListVerb(),
        new NestedInspectVerb(),
        new NestedRemoveVerb(),
        new NestedLockVerb(),
        new NestedUnlockVerb(),
        new NestedQuotaVerb());
  }

  public static List<Verb> ofSnapshots() {
    return List.of(
        new NestedSnapshotCreateVerb(),
        new NestedSnapshotListVerb(),
        new NestedSnapshotRemoveVerb());
  }

  public static List<Verb> ofKeys() {
    return List.of(new NestedKeyListVerb(), new NestedKeyAddVerb(), new NestedKeyRemoveVerb());
  }
}
