package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.RotateRequest;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Lets a root go on under a new key. */
public final class RotateVerb implements Verb {
  private static final String NOTE =
      "what was written before stays under its old keys, and how the root unlocks is unchanged";

  @Override
  public String name() {
    return "rotate";
  }

  @Override
  public String summary() {
    return "Let what a root writes from now on be under a new key.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "What was written before stays under its old keys, which the root needs as long as it holds",
        "such data. How the root unlocks does not change.");
    spec.addOption(Options.json());
    spec.addPositional(Options.positional("NAME", 1, 1, "The container."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    RotateRequest request =
        RotateRequest.newBuilder().setContainer(arguments.positional(0)).build();
    Connection daemon = session.daemon();
    Container container =
        daemon.ask(() -> daemon.snapshots(Connection.PATIENT).rotate(request)).getContainer();
    session
        .out()
        .line(
            arguments.json()
                ? Json.object(container, ContainerText::fields)
                : ContainerText.label(container));
    session.surroundings().note(NOTE);
    return ExitCode.OK.number();
  }
}
