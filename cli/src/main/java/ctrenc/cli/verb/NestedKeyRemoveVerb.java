package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.RemoveProtectorsRequest;
import picocli.CommandLine.Model.CommandSpec;

/** Takes away a way to open a subvolume that is nested in the caller's container. */
public final class NestedKeyRemoveVerb implements Verb {
  private static final String FORCE = "--force";

  @Override
  public String name() {
    return "rm";
  }

  @Override
  public String summary() {
    return "Take away a way to open a nested subvolume.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addOption(
        Options.flag(
            "Take away the last one too: it opens with what it is nested in again.", FORCE));
    spec.addPositional(
        Options.positional("DIR NUMBER", 2, 2, "Where it shows, and the number in 'key ls'."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws InterruptedException {
    RemoveProtectorsRequest request =
        RemoveProtectorsRequest.newBuilder()
            .setReference(NestedSubvolume.named(arguments.positional(0), session))
            .setGroup(KeyAddVerb.number(arguments.positional(1)))
            .setForce(arguments.has(FORCE))
            .build();
    Connection daemon = session.daemon();
    daemon.ask(() -> daemon.nested(Connection.PATIENT).removeProtectors(request));
    return ExitCode.OK.number();
  }
}
