package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.RemoveProtectorsRequest;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Takes away a way to open a root. */
public final class KeyRemoveVerb implements Verb {
  private static final String FORCE = "--force";

  @Override
  public String name() {
    return "rm";
  }

  @Override
  public String summary() {
    return "Take away a way to open a root; it still opens copies of the store made before.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addOption(
        Options.flag(
            "Take away the last one too: when the keys leave memory, nothing opens the root again;"
                + " a nested subvolume opens with what it is nested in again.",
            FORCE));
    ProtectorOptions.describeNested(spec);
    spec.addPositional(
        Options.positional("NAME NUMBER", 2, 2, "The container, and the number in 'key ls'."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    Connection daemon = session.daemon();
    RemoveProtectorsRequest request =
        RemoveProtectorsRequest.newBuilder()
            .setReference(arguments.positional(0))
            .setGroup(KeyAddVerb.number(arguments.positional(1)))
            .setForce(arguments.has(FORCE))
            .setSubvolume(ProtectorOptions.nested(arguments))
            .build();
    daemon.ask(() -> daemon.keys(Connection.PATIENT).removeProtectors(request));
    return ExitCode.OK.number();
  }
}
