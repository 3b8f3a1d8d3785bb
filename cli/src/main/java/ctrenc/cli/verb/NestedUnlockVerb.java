package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Connection;
import ctrenc.proto.v1.ListProtectorsRequest;
import ctrenc.proto.v1.UnlockRequest;
import picocli.CommandLine.Model.CommandSpec;

/** Brings the keys of a subvolume that is nested in the caller's container into memory. */
public final class NestedUnlockVerb implements Verb {
  private static final String HEAD = "--head";

  @Override
  public String name() {
    return "unlock";
  }

  @Override
  public String summary() {
    return "Bring the keys of a nested subvolume into memory, so that it can be used.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "For its owner. Asks for a passphrase where one may open it and no option names anything.");
    ProtectorOptions.describeHeldInside(spec);
    spec.addOption(
        Options.value("HEAD", "Refuse one that does not come after this, given by lock.", HEAD));
    spec.addPositional(NestedSubvolume.positional());
  }

  @Override
  public int call(Arguments arguments, Session session) throws InterruptedException {
    String reference = NestedSubvolume.named(arguments.positional(0), session);
    Connection daemon = session.daemon();
    ListProtectorsRequest list = ListProtectorsRequest.newBuilder().setReference(reference).build();
    boolean wantsPassphrase =
        ProtectorOptions.namesPassphrase(arguments)
            || !ProtectorOptions.namesOther(arguments)
                && UnlockVerb.mayBePassphrase(
                    daemon.ask(() -> daemon.nested(Connection.SOON).listProtectors(list)));
    UnlockRequest request =
        UnlockRequest.newBuilder()
            .setReference(reference)
            .setHead(arguments.value(HEAD).orElse(""))
            .addAllHeld(ProtectorOptions.held(arguments, wantsPassphrase))
            .build();
    daemon.ask(() -> daemon.nested(Connection.PATIENT).unlock(request));
    return ExitCode.OK.number();
  }
}
