package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.Base;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.RunExisting;
import ctrenc.proto.v1.RunRequest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** Runs a command in a container, in the foreground or in the background. */
public final class RunVerb implements Verb {
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
    return "Run a command in a container whose root is encrypted under a key of its own.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "Without --name, --keep or --detach the root and its key are destroyed when the command ends.",
        "The command's exit code is returned; 125, 126 and 127 tell failures before it.");
    spec.parser().stopAtPositional(true);
    RunOptions.describe(spec);
    spec.addOption(Options.json());
    spec.addPositional(
        Options.positional(
            "[IMAGE] [--] [COMMAND]",
            0,
            "The image, unless an option names the base; then the command (default: the image's own, else /bin/sh)."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    boolean detached = RunOptions.detached(arguments);
    if (arguments.json() && !detached) {
      throw Arguments.usage("--json is for --detach: otherwise the output is the command's own");
    }
    Optional<Base> base = RunOptions.base(arguments, session.surroundings().directory());
    boolean existing = arguments.has(RunOptions.EXISTING);
    boolean named = existing || base.isEmpty();
    List<String> positionals = arguments.positionals();
    if (named && positionals.isEmpty()) {
      throw Arguments.usage(
          existing
              ? "which container? write: run --existing NAME -- COMMAND"
              : "what is the base? write an image's name, --host, or --lower DIR");
    }
    List<String> command = RunOptions.command(positionals, named);
    boolean onImage = !existing && base.isEmpty();
    ProcessOptions options =
        ProcessOptions.read(
            arguments, onImage ? command : RunOptions.orShell(command), session.surroundings());
    if (existing) {
      if (base.isPresent()) {
        throw Arguments.usage("--existing and a base exclude each other: give one of them");
      }
      RunOptions.requireNothingNew(arguments);
      return inExisting(positionals.getFirst(), options, session);
    }
    ContainerSpec spec =
        RunOptions.container(
            arguments,
            base.orElseGet(() -> BaseOptions.image(positionals.getFirst())),
            options.process(),
            session.surroundings().directory());
    return detached ? detach(spec, arguments, session) : inNew(spec, options, session);
  }

  private static int inNew(ContainerSpec spec, ProcessOptions options, Session session)
      throws IOException, InterruptedException {
    RunRequest start = RunRequest.newBuilder().setStart(spec).build();
    return new ForegroundRun(session, options, ForegroundRun.Place.HOST)
        .run(start, spec.getRemove());
  }

  private static int inExisting(String reference, ProcessOptions options, Session session)
      throws IOException, InterruptedException {
    RunExisting existing =
        RunExisting.newBuilder().setReference(reference).setProcess(options.process()).build();
    RunRequest start = RunRequest.newBuilder().setExisting(existing).build();
    return new ForegroundRun(session, options, ForegroundRun.Place.HOST).run(start, false);
  }

  private static int detach(ContainerSpec spec, Arguments arguments, Session session)
      throws IOException, InterruptedException {
    Connection daemon = session.startedDaemon();
    Container container =
        daemon.ask(() -> daemon.containers(Connection.PATIENT).runDetached(spec)).getContainer();
    session
        .out()
        .line(
            arguments.json()
                ? ctrenc.cli.text.Json.object(container, ContainerText::fields)
                : container.getId());
    return ExitCode.OK.number();
  }
}
