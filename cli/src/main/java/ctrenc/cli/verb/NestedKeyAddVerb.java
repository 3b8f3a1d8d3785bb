package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.AddProtectorsRequest;
import ctrenc.proto.v1.ProtectorGroup;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Adds a way to open a subvolume that is nested in the caller's container. */
public final class NestedKeyAddVerb implements Verb {
  @Override
  public String name() {
    return "add";
  }

  @Override
  public String summary() {
    return "Add a way to open a nested subvolume; no data is rewritten.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "For its owner. It opens with what it is nested in until it has a way of its own; then by",
        "its own alone.");
    ProtectorOptions.describeNewInside(spec);
    spec.addPositional(NestedSubvolume.positional());
  }

  @Override
  public int call(Arguments arguments, Session session) throws InterruptedException {
    List<ProtectorGroup> groups =
        ProtectorOptions.groups(arguments, session.surroundings().directory());
    if (groups.size() != 1) {
      throw Arguments.usage("say by one --protect what is to open it");
    }
    AddProtectorsRequest request =
        AddProtectorsRequest.newBuilder()
            .setReference(NestedSubvolume.named(arguments.positional(0), session))
            .setGroup(groups.getFirst())
            .build();
    Connection daemon = session.daemon();
    ProtectorText.printRecoveryKey(
        daemon.ask(() -> daemon.nested(Connection.PATIENT).addProtectors(request)), session);
    return ExitCode.OK.number();
  }
}
