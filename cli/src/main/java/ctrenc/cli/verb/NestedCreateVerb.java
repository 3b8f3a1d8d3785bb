package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** Nests a subvolume in the root of the container that this is called in. */
public final class NestedCreateVerb implements Verb {
  private static final String IMAGE = "--image";
  private static final String FORK = "--fork";

  @Override
  public String name() {
    return "create";
  }

  @Override
  public String summary() {
    return "Make a nested subvolume, which has a key of its own, and print where it shows.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "It is yours, and needs no more than that you may write to the directory above. It is empty",
        "unless an option names a base. A fork is for the owner of what it goes on from.");
    spec.addOption(Options.value("NAME", "This image is the base.", IMAGE));
    spec.addOption(Options.flag("All that the directory's subvolume holds now is the base.", FORK));
    spec.addPositional(Options.positional("DIR", 1, 1, "Where it is to show."));
  }

  @Override
  public int call(Arguments arguments, Session session) {
    Path where = HiddenDirectory.named(arguments.positional(0), session);
    HiddenDirectory above = HiddenDirectory.above(where);
    above.make(place(arguments).resolve(where.getFileName()));
    session.out().line(where.toString());
    return ExitCode.OK.number();
  }

  private static Path place(Arguments arguments) {
    Optional<String> image = arguments.value(IMAGE);
    boolean isFork = arguments.has(FORK);
    if (image.isPresent() && isFork) {
      throw Arguments.usage("--image and --fork exclude each other: give one of them");
    }
    if (image
        .filter(name -> name.isEmpty() || name.startsWith(".") || name.contains("/"))
        .isPresent()) {
      throw Arguments.usage("'%s' is no name of an image".formatted(image.get()));
    }
    return image
        .map(name -> Path.of("images", name))
        .orElseGet(() -> Path.of(isFork ? "forks" : "subvolumes"));
  }
}
