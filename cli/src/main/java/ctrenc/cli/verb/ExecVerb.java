package ctrenc.cli.verb;

import ctrenc.cli.process.ForegroundProgram;
import ctrenc.cli.process.SignalRelay;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.Command;
import ctrenc.proto.v1.ExecRequest;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Runs one more command in a running container. */
public final class ExecVerb implements Verb {
  @Override
  public String name() {
    return "exec";
  }

  @Override
  public boolean passesExitCode() {
    return true;
  }

  @Override
  public String summary() {
    return "Run one more command in a running container.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec, "The command's exit code is returned; 125, 126 and 127 tell failures before it.");
    spec.parser().stopAtPositional(true);
    ProcessOptions.describe(spec);
    spec.addPositional(
        Options.positional(
            "NAME [--] COMMAND",
            0,
            "The container, by name, id or start of the id; then the command."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    List<String> positionals = arguments.positionals();
    int first = positionals.size() > 1 && positionals.get(1).equals("--") ? 2 : 1;
    if (positionals.size() <= first) {
      throw Arguments.usage("what shall be run, and where? write: exec NAME -- COMMAND");
    }
    Connection daemon = session.daemon();
    ProcessOptions options =
        ProcessOptions.read(
            arguments, positionals.subList(first, positionals.size()), session.surroundings());
    ExecRequest request =
        ExecRequest.newBuilder()
            .setReference(positionals.getFirst())
            .setProcess(options.process())
            .build();
    Command command = daemon.ask(() -> daemon.containers(Connection.SOON).exec(request));
    SignalRelay signals = SignalRelay.patient();
    signals.install();
    return new ForegroundProgram(signals, session.surroundings()::note)
        .run(command, options.withInput(), options.terminal());
  }
}
