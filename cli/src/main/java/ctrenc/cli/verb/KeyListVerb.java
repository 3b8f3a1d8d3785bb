package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.ListProtectorsRequest;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Lists what opens a root. */
public final class KeyListVerb implements Verb {
  @Override
  public String name() {
    return "ls";
  }

  @Override
  public String summary() {
    return "List what opens a root; any line will do, and all that a line names are needed.";
  }

  @Override
  public void describe(CommandSpec spec) {
    ProtectorOptions.describeNested(spec);
    spec.addOption(Options.json());
    spec.addPositional(Options.positional("NAME", 1, 1, "The container."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    Connection daemon = session.daemon();
    ListProtectorsRequest request =
        ListProtectorsRequest.newBuilder()
            .setReference(arguments.positional(0))
            .setSubvolume(ProtectorOptions.nested(arguments))
            .build();
    ProtectorText.print(
        daemon.ask(() -> daemon.keys(Connection.SOON).listProtectors(request)),
        session,
        arguments.json());
    return ExitCode.OK.number();
  }
}
