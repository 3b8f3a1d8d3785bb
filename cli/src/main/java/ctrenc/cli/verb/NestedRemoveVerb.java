package ctrenc.cli.verb;

import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;

/** Destroys subvolumes that are nested in the root of the container that this is called in. */
public final class NestedRemoveVerb implements Verb {
  @Override
  public String name() {
    return "rm";
  }

  @Override
  public String summary() {
    return "Destroy nested subvolumes and their keys, with all that is in them.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec, "For their owner, and for the owner of the directory above. Locked ones go, too.");
    spec.addPositional(Options.positional("DIR...", 1, "Where they show."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws InterruptedException {
    Each.Outcome<Path> outcome =
        Each.of(
            arguments.positionals(),
            session,
            argument -> {
              Path where = HiddenDirectory.named(argument, session);
              HiddenDirectory.above(where)
                  .remove(Path.of("subvolumes").resolve(where.getFileName()));
              return where;
            });
    outcome.done().forEach(gone -> session.out().line(gone.toString()));
    return outcome.code().number();
  }
}
