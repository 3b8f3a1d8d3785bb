package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;

/** Lists what is nested in a directory of the root of the container that this is called in. */
public final class NestedListVerb implements Verb {
  @Override
  public String name() {
    return "ls";
  }

  @Override
  public String summary() {
    return "List the subvolumes that are nested in a directory.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addPositional(Options.positional("[DIR]", 0, 1, "The directory; else this one."));
  }

  @Override
  public int call(Arguments arguments, Session session) {
    Path where = directory(arguments, session);
    new HiddenDirectory(where)
        .list("subvolumes")
        .forEach(name -> session.out().line(where.resolve(name).toString()));
    return ExitCode.OK.number();
  }

  /** The one that is named, or the working directory. */
  static Path directory(Arguments arguments, Session session) {
    return HiddenDirectory.named(
        arguments.positionals().isEmpty() ? "" : arguments.positional(0), session);
  }
}
