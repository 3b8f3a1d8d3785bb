package ctrenc.cli.verb;

import ctrenc.proto.v1.Base;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.RunRequest;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** Runs a command in a container on a nested subvolume: what {@code run} is inside a container. */
public final class NestedRunVerb implements Verb {
  private static final String IMAGE = "--image";
  private static final String EMPTY = "--empty";
  private static final String REMOVE = "--rm";

  @Override
  public String name() {
    return "run";
  }

  @Override
  public boolean passesExitCode() {
    return true;
  }

  @Override
  public String summary() {
    return "Run a command on what this container's root holds now, under a key of its own.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "Root and key are destroyed when the command ends. It runs as you, and is called root inside.",
        "The command's exit code is returned; 125, 126 and 127 tell failures before it.");
    spec.parser().stopAtPositional(true);
    spec.addOption(Options.value("NAME", "Run on this image instead.", IMAGE));
    spec.addOption(Options.flag("Run on nothing instead.", EMPTY));
    spec.addOption(Options.flag("Remove root and key at the end, as is done anyway.", REMOVE));
    ProcessOptions.describeNested(spec);
    spec.addPositional(Options.positional("[--] COMMAND", 0, "The command (default: /bin/sh)."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    ProcessOptions options =
        ProcessOptions.read(
            arguments,
            RunOptions.orShell(RunOptions.command(arguments.positionals(), false)),
            session.surroundings());
    ContainerSpec spec =
        ContainerSpec.newBuilder()
            .setBase(base(arguments))
            .setProcess(options.process())
            .setRemove(true)
            .build();
    return new ForegroundRun(session, options, ForegroundRun.Place.CONTAINER)
        .run(RunRequest.newBuilder().setStart(spec).build(), true);
  }

  private static Base base(Arguments arguments) {
    Optional<String> image = arguments.value(IMAGE);
    boolean empty = arguments.has(EMPTY);
    if (image.isPresent() && empty) {
      throw Arguments.usage("--image and --empty exclude each other: give one of them");
    }
    Base.Builder base = Base.newBuilder();
    return image
        .map(base::setImage)
        .orElseGet(() -> empty ? base.setEmpty(true) : base.setOwn(true))
        .build();
  }
}
