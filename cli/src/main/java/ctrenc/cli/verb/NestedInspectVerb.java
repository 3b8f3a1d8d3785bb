package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/** Tells of a subvolume in the root of the container that this is called in. */
public final class NestedInspectVerb implements Verb {
  @Override
  public String name() {
    return "inspect";
  }

  @Override
  public String summary() {
    return "Tell of the subvolume in which a directory is: ids, owner, what it uses and may use.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addPositional(Options.positional("[DIR]", 0, 1, "The directory; else this one."));
  }

  @Override
  public int call(Arguments arguments, Session session) {
    session.out().text(new HiddenDirectory(NestedListVerb.directory(arguments, session)).info());
    return ExitCode.OK.number();
  }
}
