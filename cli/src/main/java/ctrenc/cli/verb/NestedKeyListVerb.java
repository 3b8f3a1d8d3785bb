package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.ListProtectorsRequest;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Lists what opens a subvolume that is nested in the caller's container. */
public final class NestedKeyListVerb implements Verb {
  @Override
  public String name() {
    return "ls";
  }

  @Override
  public String summary() {
    return "List what opens a nested subvolume; any line will do.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addOption(Options.json());
    spec.addPositional(NestedSubvolume.positional());
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    ListProtectorsRequest request =
        ListProtectorsRequest.newBuilder()
            .setReference(NestedSubvolume.named(arguments.positional(0), session))
            .build();
    Connection daemon = session.daemon();
    ProtectorText.print(
        daemon.ask(() -> daemon.nested(Connection.SOON).listProtectors(request)),
        session,
        arguments.json());
    return ExitCode.OK.number();
  }
}
