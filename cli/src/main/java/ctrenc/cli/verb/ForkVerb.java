package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ForkRequest;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Makes a container that goes on from another one, or from a snapshot. */
public final class ForkVerb implements Verb {
  private static final String KEEP = "--keep";

  @Override
  public String name() {
    return "fork";
  }

  @Override
  public String summary() {
    return "Make a root that goes on from another one or a snapshot, mount it and print its path.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "What both hold already is shared, not copied; each goes on under a key of its own. Whoever",
        "opens the fork can read what its source held at this moment, and nothing written later.");
    spec.addOption(
        Options.flag("Keep it across restarts: its key is wrapped by this machine's key.", KEEP));
    spec.addOption(Options.json());
    spec.addPositional(
        Options.positional(
            "SOURCE[@SNAPSHOT] NAME", 2, 2, "The container it goes on from, and its own name."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    ForkRequest request =
        ForkRequest.newBuilder()
            .setSource(arguments.positional(0))
            .setName(arguments.positional(1))
            .setKeep(arguments.has(KEEP))
            .build();
    Connection daemon = session.daemon();
    Container container =
        daemon.ask(() -> daemon.snapshots(Connection.PATIENT).fork(request)).getContainer();
    session
        .out()
        .line(
            arguments.json() ? Json.object(container, ContainerText::fields) : container.getRoot());
    return ExitCode.OK.number();
  }
}
