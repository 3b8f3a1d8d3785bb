package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;

/** Removes a snapshot of a subvolume in the caller's container. */
public final class NestedSnapshotRemoveVerb implements Verb {
  @Override
  public String name() {
    return "rm";
  }

  @Override
  public String summary() {
    return "Remove a snapshot.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addPositional(NestedSnapshot.positional());
  }

  @Override
  public int call(Arguments arguments, Session session) {
    NestedSnapshot snapshot = NestedSnapshot.named(arguments.positional(0), session);
    snapshot.in().remove(Path.of(NestedSnapshot.PLACE, snapshot.name()));
    return ExitCode.OK.number();
  }
}
