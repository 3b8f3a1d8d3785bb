package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;

/** Lists the snapshots of a subvolume in the caller's container. */
public final class NestedSnapshotListVerb implements Verb {
  @Override
  public String name() {
    return "ls";
  }

  @Override
  public String summary() {
    return "List the snapshots of the subvolume in which a directory is.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addPositional(Options.positional("[DIR]", 0, 1, "The directory; else this one."));
  }

  @Override
  public int call(Arguments arguments, Session session) {
    Path where = NestedListVerb.directory(arguments, session);
    new HiddenDirectory(where)
        .list(NestedSnapshot.PLACE)
        .forEach(name -> session.out().line(where + "@" + name));
    return ExitCode.OK.number();
  }
}
