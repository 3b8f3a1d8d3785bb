package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;

/** Keeps what a subvolume in the caller's container holds at one instant. */
public final class NestedSnapshotCreateVerb implements Verb {
  private static final String RECURSIVE = "--recursive";

  @Override
  public String name() {
    return "create";
  }

  @Override
  public String summary() {
    return "Keep what the subvolume in which a directory is holds now, and print where it is read.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(spec, "For the subvolume's owner. It goes with the subvolume.");
    spec.addOption(Options.flag("With all that is nested in it, at one instant.", RECURSIVE));
    spec.addPositional(NestedSnapshot.positional());
  }

  @Override
  public int call(Arguments arguments, Session session) {
    NestedSnapshot snapshot = NestedSnapshot.named(arguments.positional(0), session);
    String place = arguments.has(RECURSIVE) ? "recursive-snapshots" : NestedSnapshot.PLACE;
    snapshot.in().make(Path.of(place, snapshot.name()));
    session.out().line(snapshot.path().toString());
    return ExitCode.OK.number();
  }
}
